using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Daemon.Serving;

namespace Bartizan.Daemon.Tests.Serving;

/// <summary>The file with the authorities of callers' certificates, as it is renewed, broken and mended.</summary>
public sealed class CallerAuthorityFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("bartizan-callers-").FullName;
    private readonly List<string> _said = [];

    private string At => Path.Combine(_folder, "clients.pem");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_renewed_file_counts_at_once_and_is_said_once()
    {
        Write(Authority("CN=first"));
        var file = Open();
        var first = file.Now();
        file.Now().ShouldBeSameAs(first);

        Write($"{Authority("CN=first")}{Authority("CN=second")}");

        var second = file.Now();
        second.ShouldNotBeNull();
        second.ShouldNotBeSameAs(first);
        file.Now().ShouldBeSameAs(second);
        _said.ShouldHaveSingleItem().ShouldContain("was read anew");
    }

    [Fact]
    public void A_link_that_leads_elsewhere_is_another_file()
    {
        var (first, second) = (Path.Combine(_folder, "1.pem"), Path.Combine(_folder, "2.pem"));
        File.WriteAllText(first, Authority("CN=first"));
        File.WriteAllText(second, Authority("CN=second"));
        File.CreateSymbolicLink(At, first);
        var file = Open();
        var before = file.Now();

        File.Delete(At);
        File.CreateSymbolicLink(At, second);

        file.Now().ShouldNotBeNull().ShouldNotBeSameAs(before);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no certificate at all, and longer than the one of before is not needed")]
    [InlineData(null)]
    public void While_it_can_not_be_read_nobody_vouches_for_anybody(string? text)
    {
        Write(Authority("CN=first"));
        var file = Open();

        if (text is null)
        {
            File.Delete(At);
        }
        else
        {
            Write(text);
        }

        file.Now().ShouldBeNull();
        file.Now().ShouldBeNull();
        _said.ShouldHaveSingleItem().ShouldContain("no certificate lets anybody in until it is mended");
        Write(Authority("CN=mended"));
        file.Now().ShouldNotBeNull();
    }

    [Fact]
    public void What_everybody_could_write_is_no_such_file()
    {
        Write(Authority("CN=first"));
        File.SetUnixFileMode(At, (UnixFileMode)0b110_100_110);

        Should.Throw<IOException>(Open).Message.ShouldContain("can be written by everybody");
    }

    [Fact]
    public void What_is_no_file_of_its_size_is_not_opened()
    {
        Should.Throw<IOException>(Open).Message.ShouldContain("is no file of 1 to");
        Write(new string('x', CallerAuthorityFile.MaxBytes + 1));
        Should.Throw<IOException>(Open).Message.ShouldContain("is no file of 1 to");
        File.Delete(At);
        File.CreateSymbolicLink(At, "/dev/zero");
        Should.Throw<IOException>(Open).Message.ShouldContain("is no file of 1 to");
    }

    private CallerAuthorityFile Open() => CallerAuthorityFile.Open(At, _said.Add, "support");

    private void Write(string text) => File.WriteAllText(At, text);

    private static string Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return $"{made.ExportCertificatePem()}\n";
    }
}
