using Bartizan.Log.Checkpoints;
using Bartizan.Log.Witnessing;

namespace Bartizan.Log.Tests.Witnessing;

public sealed class CosignatureTests
{
    // From C2SP tlog-cosignature and tlog-witness: the checkpoint and lines of their examples.
    private const string Example =
        "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

    [Fact]
    public void A_cosignature_verifies_with_its_witness_s_key_and_says_when()
    {
        var cosigner = Cosigner.Create("witness.example/w1");

        var cosignature = cosigner.Sign(Example, 1679315147);

        var note = $"{Example}\n{cosignature.Line}\n";
        var found = cosigner.Verifier.Find(note).ShouldNotBeNull();
        found.Time.ShouldBe(1679315147);
        CosignatureVerifier.TryParse(cosigner.Verifier.ToString(), out var read).ShouldBeTrue();
        read.Find(note).ShouldNotBeNull();
    }

    [Fact]
    public void The_signed_message_is_that_of_the_specification() =>
        System
            .Text.Encoding.UTF8.GetString(CosignatureVerifier.Message(1679315147, Example))
            .ShouldBe(
                "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
            );

    [Theory]
    [InlineData(
        "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=",
        64
    )]
    [InlineData(
        "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==",
        72
    )]
    public void The_lines_of_the_specification_are_read(string line, int length)
    {
        var read = NoteSignature.TryRead(line).ShouldNotBeNull();

        read.Bytes.Length.ShouldBe(length);
        NoteSignature.Of(read.Name, read.KeyId, read.Bytes).Line.ShouldBe(line);
    }

    [Fact]
    public void A_changed_text_time_or_name_is_no_cosignature()
    {
        var cosigner = Cosigner.Create("witness.example/w1");
        var line = cosigner.Sign(Example, 1679315147).Line;
        var signature = NoteSignature.TryRead(line)!;
        var later = signature.Bytes.ToArray();
        later[7]++;

        cosigner.Verifier.Find($"{Example.Replace("20852163", "20852164")}\n{line}\n").ShouldBeNull();
        cosigner
            .Verifier.Find($"{Example}\n{NoteSignature.Of(signature.Name, signature.KeyId, later).Line}\n")
            .ShouldBeNull();
        cosigner
            .Verifier.Find($"{Example}\n{NoteSignature.Of("another", signature.KeyId, signature.Bytes).Line}\n")
            .ShouldBeNull();
        cosigner.Verifier.Find($"{Example}\n{line}\n").ShouldNotBeNull();
    }

    [Fact]
    public void The_key_of_a_log_is_no_key_of_a_witness()
    {
        CosignatureVerifier.TryParse(NoteSigner.Create("example.com/log").Verifier.ToString(), out _).ShouldBeFalse();
        NoteVerifier.TryParse(Cosigner.Create("example.com/log").Verifier.ToString(), out _).ShouldBeFalse();
    }

    [Fact]
    public void The_key_is_kept_for_its_owner_alone_and_never_printed()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("bartizan-key-").FullName, "witness.key");
        var cosigner = Cosigner.Create("w");

        cosigner.Save(path);

        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Cosigner.Load(path).Verifier.ShouldBe(cosigner.Verifier);
        cosigner.ToString().ShouldNotContain(File.ReadAllText(path).Trim()[^20..]);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Should.Throw<WitnessDamagedException>(() => Cosigner.Load(path)).Message.ShouldContain("chmod 600");
    }
}
