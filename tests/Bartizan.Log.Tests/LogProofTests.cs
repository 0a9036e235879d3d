using Bartizan.Log.Checkpoints;
using Bartizan.Log.Proofs;

namespace Bartizan.Log.Tests;

/// <summary>Proofs in the text of C2SP tlog-proof: made from files, checked from the text alone.</summary>
public sealed class LogProofTests : TemporaryLog
{
    [Fact]
    public async Task Every_entry_is_proven_from_the_files_and_checked_without_them()
    {
        await WriteAsync(300);
        var prover = LogProver.Open(Path);
        prover.Size.ShouldBe(300);
        for (var i = 0; i < 300; i += 13)
        {
            var text = (await prover.ProveAsync(i, withEntry: true, default)).ShouldNotBeNull().Write();

            var proof = LogProof.Read(text, out _).ShouldNotBeNull();
            proof.Write().ShouldBe(text);
            proof.Check(proof.Entry!.Value.Span, prover.Key, out _).ShouldNotBeNull().Size.ShouldBe(300);
            proof.Entry.Value.ToArray().ShouldBe(Leaf(i));
            proof.Check(Leaf(i + 1), prover.Key, out var problem).ShouldBeNull();
            problem.ShouldContain("don't lead");
            proof.Check(Leaf(i), NoteSigner.Create(prover.Key.Name).Verifier, out problem).ShouldBeNull();
            problem.ShouldContain("no valid signature");
            (proof with { Index = i + 1 }).Check(Leaf(i), prover.Key, out _).ShouldBeNull();
        }
    }

    [Fact]
    public async Task The_text_is_that_of_the_specification()
    {
        await WriteAsync(3);
        var prover = LogProver.Open(Path);

        var lines = (await prover.ProveAsync(1, withEntry: false, default))!.Write().Split('\n');

        lines[0].ShouldBe("c2sp.org/tlog-proof@v1");
        lines[1].ShouldBe("index 1");
        Convert.FromBase64String(lines[2]).Length.ShouldBe(32);
        Convert.FromBase64String(lines[3]).Length.ShouldBe(32);
        lines[4].ShouldBe("");
        string.Join('\n', lines[5..]).ShouldBe(await File.ReadAllTextAsync(System.IO.Path.Combine(Path, "checkpoint")));
        var with = (await prover.ProveAsync(1, withEntry: true, default))!.Write().Split('\n');
        with[1].ShouldBe("extra " + Convert.ToBase64String(Leaf(1)));
    }

    [Fact]
    public async Task A_witnessed_checkpoint_is_preferred_where_it_covers_the_entry()
    {
        await WriteAsync(3);
        var note = await File.ReadAllTextAsync(System.IO.Path.Combine(Path, "checkpoint"));
        await File.WriteAllTextAsync(System.IO.Path.Combine(Path, "witnessed"), note + "— w1 AAAA\n");
        await WriteAsync(3, from: 3);
        var prover = LogProver.Open(Path);

        (await prover.ProveAsync(2, withEntry: false, default))!.Note.ShouldEndWith("— w1 AAAA\n");
        (await prover.ProveAsync(3, withEntry: false, default))!.Note.ShouldNotContain("— w1");
        (await prover.ProveAsync(6, withEntry: false, default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_changed_entry_is_not_proven()
    {
        await WriteAsync(3);
        var tile = System.IO.Path.Combine(Path, "tile", "0", "000.p", "3");
        var hashes = await File.ReadAllBytesAsync(tile);
        hashes[40] ^= 1;
        await File.WriteAllBytesAsync(tile, hashes);

        (
            await Should.ThrowAsync<LogInconsistentException>(() =>
                LogProver.Open(Path).ProveAsync(0, withEntry: true, default)
            )
        ).Message.ShouldContain("can't be proven");
    }

    [Theory]
    [InlineData("")]
    [InlineData("c2sp.org/tlog-proof@v2\nindex 0\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 00\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex -1\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx\n")]
    [InlineData("c2sp.org/tlog-proof@v1\nindex 0\n")]
    public void Other_texts_are_no_proof(string text)
    {
        LogProof.Read(text, out var problem).ShouldBeNull();
        problem.ShouldContain("tlog-proof");
    }

    [Fact]
    public void A_checkpoint_has_one_spelling()
    {
        var signer = NoteSigner.Create("example.org/log");
        var root = Convert.ToBase64String(new byte[32]);
        Checkpoint.Open(signer.Sign($"example.org/log\n7\n{root}\n"), signer.Verifier, out _).ShouldNotBeNull();
        Checkpoint.Open(signer.Sign($"example.org/log\n7\n{root}\nmore\n"), signer.Verifier, out _).ShouldNotBeNull();
        Checkpoint.Open(signer.Sign($"example.org/log\n07\n{root}\n"), signer.Verifier, out _).ShouldBeNull();
        Checkpoint.Open(signer.Sign($"example.org/log\n7\n {root}\n"), signer.Verifier, out _).ShouldBeNull();
        Checkpoint.Open(signer.Sign($"example.org/log\n7\n{root[..^2]}B=\n"), signer.Verifier, out _).ShouldBeNull();
    }
}
