using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Daemon.Identity;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>The certificate that the identity endpoint shows: renewed while it serves, and never what isn't fit.</summary>
public sealed class ServedCertificateTests : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-tls-").FullName;
    private readonly List<string> _said = [];
    private readonly MovedClock _clock = new();
    private readonly TlsFiles _files;

    public ServedCertificateTests() =>
        _files = new TlsFiles(Path.Combine(_home, "id.pem"), Path.Combine(_home, "id-key.pem"));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_renewed_certificate_is_shown_on_the_next_connection_and_a_broken_one_never()
    {
        var (first, second) = (Put(), MadeCertificates.Fresh(_clock.Now));
        using var served = ServedCertificate.Open(_files, _said.Add, _clock);
        var listen = FreePort.NextEndPoint();
        using var house = new TokenHouse($"https://{listen}");
        await using var server = await house.ServeAsync(listen, served.Now);
        (await ShownAsync(listen)).ShouldBe(first.Thumbprint);
        using var held = Client();
        (await held.GetStringAsync($"https://{listen}/.well-known/jwks.json")).ShouldContain("P-256");

        File.WriteAllText(_files.Certificate, second.ExportCertificatePem());
        (await ShownAsync(listen)).ShouldBe(first.Thumbprint, "its key isn't there yet");
        (await ShownAsync(listen)).ShouldBe(first.Thumbprint);
        _said.ShouldHaveSingleItem().ShouldContain("aren't a certificate and its own key");
        served.Standing().Problem!.ShouldContain("the certificate from before is served on");

        MadeCertificates.Write(second, _files.Certificate, _files.Key);
        (await ShownAsync(listen)).ShouldBe(second.Thumbprint);
        (await held.GetStringAsync($"https://{listen}/.well-known/jwks.json")).ShouldContain("P-256");
        served.Standing().Problem.ShouldBeNull();

        Put(from: -90, until: -1);
        (await ShownAsync(listen)).ShouldBe(second.Thumbprint, "one that has ended");
        File.Delete(_files.Key);
        (await ShownAsync(listen)).ShouldBe(second.Thumbprint, "no key");
        var third = Put();
        File.SetUnixFileMode(_files.Key, File.GetUnixFileMode(_files.Key) | UnixFileMode.GroupRead);
        (await ShownAsync(listen)).ShouldBe(second.Thumbprint, "a key that others read");
        _said[^1].ShouldContain("`chmod 600`");
        File.SetUnixFileMode(_files.Key, UnixFileMode.UserRead);
        (await ShownAsync(listen)).ShouldBe(third.Thumbprint);
    }

    [Fact]
    public void A_link_that_leads_to_another_file_is_a_change()
    {
        var (one, two) = (Path.Combine(_home, "1.pem"), Path.Combine(_home, "2.pem"));
        var (keyOne, keyTwo) = (Path.Combine(_home, "1-key.pem"), Path.Combine(_home, "2-key.pem"));
        MadeCertificates.Write(MadeCertificates.Fresh(_clock.Now), one, keyOne);
        var second = MadeCertificates.Fresh(_clock.Now);
        MadeCertificates.Write(second, two, keyTwo);
        File.CreateSymbolicLink(_files.Certificate, one);
        File.CreateSymbolicLink(_files.Key, keyOne);
        using var served = ServedCertificate.Open(_files, _said.Add, _clock);

        File.Delete(_files.Certificate);
        File.Delete(_files.Key);
        File.CreateSymbolicLink(_files.Certificate, two);
        File.CreateSymbolicLink(_files.Key, keyTwo);

        served.Now().TargetCertificate.Thumbprint.ShouldBe(second.Thumbprint);
    }

    [Fact]
    public void A_certificate_that_ends_soon_is_said_once_and_again_when_it_has_ended()
    {
        Put(until: 20);
        using var served = ServedCertificate.Open(_files, _said.Add, _clock);
        served.Standing().Problem.ShouldBeNull();

        _clock.Now += TimeSpan.FromDays(6.5);
        served.Now();
        served.Standing().Problem!.ShouldContain("ends on 2026-12-12");
        _said.ShouldHaveSingleItem().ShouldContain("ends on 2026-12-12");

        _clock.Now += TimeSpan.FromDays(14);
        served.Now();
        _said.Count.ShouldBe(2);
        _said[1].ShouldContain("ended on 2026-12-12");
    }

    [Fact]
    public void What_follows_the_certificate_is_shown_with_it()
    {
        using var root = RSA.Create(2048);
        var authority = new CertificateRequest("CN=root", root, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var above = authority.CreateSelfSigned(_clock.Now.AddDays(-2), _clock.Now.AddDays(99));
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=id", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.Create(above, _clock.Now.AddDays(-1), _clock.Now.AddDays(90), [1, 2, 3]);
        File.WriteAllText(_files.Certificate, $"{made.ExportCertificatePem()}\n{above.ExportCertificatePem()}\n");
        MadeCertificates.WriteKey(key.ExportRSAPrivateKeyPem(), _files.Key);

        using var served = ServedCertificate.Open(_files, _said.Add, _clock);

        served.Now().TargetCertificate.Thumbprint.ShouldBe(made.Thumbprint);
    }

    [Theory]
    [InlineData("no certificate", "is no file of 1 to")]
    [InlineData("no key", "is no file of 1 to")]
    [InlineData("empty key", "is no file of 1 to")]
    [InlineData("directory", "is no file of 1 to")]
    [InlineData("pipe", "is no file of 1 to")]
    [InlineData("oversize", "is no file of 1 to")]
    [InlineData("0640", "can be reached by others; run `chmod 600` on it")]
    [InlineData("0604", "can be reached by others; run `chmod 600` on it")]
    [InlineData("0660", "can be reached by others; run `chmod 600` on it")]
    [InlineData("0602", "can be reached by others; run `chmod 600` on it")]
    [InlineData("link to 0644", "can be reached by others; run `chmod 600` on it")]
    [InlineData("other key", "aren't a certificate and its own key")]
    [InlineData("garbage", "aren't a certificate and its own key")]
    [InlineData("encrypted", "aren't a certificate and its own key")]
    [InlineData("swapped", "aren't a certificate and its own key")]
    [InlineData("ended", "doesn't hold now")]
    [InlineData("not yet", "doesn't hold now")]
    [InlineData("weak", "is neither RSA of 2048 to 8192 bits nor")]
    public void What_isnt_fit_is_one_sentence_and_has_no_key_in_it(string what, string says)
    {
        using var made = Put(from: what == "not yet" ? 1 : -90, until: what == "ended" ? -1 : 90);
        Spoil(what, made);

        var problem = Should.Throw<IOException>(() => ServedCertificate.Open(_files, _said.Add, _clock));

        problem.Message.ShouldContain(says);
        problem.Message.ShouldContain(_home);
        problem.Message.ShouldNotContain("\n");
        problem.ToString().ShouldNotContain(MadeCertificates.KeyOf(made).Split('\n')[1]);
    }

    [Fact]
    public void A_key_of_another_user_is_nobodys()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root gives files away");
        Put();
        using var chown = Process.Start("chown", ["65534", _files.Key]);
        chown.WaitForExit();

        var problem = Should.Throw<IOException>(() => ServedCertificate.Open(_files, _said.Add, _clock));

        problem.Message.ShouldContain("belongs to another user than the instance's");
    }

    private void Spoil(string what, X509Certificate2 made)
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        switch (what)
        {
            case "no certificate":
                File.Delete(_files.Certificate);
                break;
            case "no key":
                File.Delete(_files.Key);
                break;
            case "empty key":
                MadeCertificates.WriteKey("", _files.Key);
                break;
            case "directory":
                File.Delete(_files.Key);
                Directory.CreateDirectory(_files.Key);
                break;
            case "pipe":
                File.Delete(_files.Key);
                using (var pipe = Process.Start("mkfifo", [_files.Key]))
                {
                    pipe.WaitForExit();
                }

                break;
            case "oversize":
                MadeCertificates.WriteKey(new string('\n', TlsPair.MaxFileBytes), _files.Key);
                File.AppendAllText(_files.Key, MadeCertificates.KeyOf(made));
                break;
            case "other key":
                MadeCertificates.WriteKey(other.ExportPkcs8PrivateKeyPem(), _files.Key);
                break;
            case "garbage":
                MadeCertificates.WriteKey("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", _files.Key);
                break;
            case "encrypted":
                using (var key = made.GetECDsaPrivateKey()!)
                {
                    var how = new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000);
                    MadeCertificates.WriteKey(key.ExportEncryptedPkcs8PrivateKeyPem("word", how), _files.Key);
                }

                break;
            case "swapped":
                MadeCertificates.WriteKey(made.ExportCertificatePem(), _files.Key);
                break;
            case "weak":
                using (var weak = MadeCertificates.OfRsa(1024, _clock.Now))
                {
                    MadeCertificates.Write(weak, _files.Certificate, _files.Key);
                }

                break;
            case "link to 0644":
                File.Move(_files.Key, _files.Key + ".real");
                File.SetUnixFileMode(_files.Key + ".real", (UnixFileMode)Convert.ToInt32("644", 8));
                File.CreateSymbolicLink(_files.Key, _files.Key + ".real");
                break;
            case ['0', ..]:
                File.SetUnixFileMode(_files.Key, (UnixFileMode)Convert.ToInt32(what, 8));
                break;
        }
    }

    private X509Certificate2 Put(int from = -1, int until = 90)
    {
        var made = MadeCertificates.Fresh(_clock.Now, from, until);
        MadeCertificates.Write(made, _files.Certificate, _files.Key);
        return made;
    }

    private static HttpClient Client() =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Subject == "CN=client",
                },
            }
        )
        {
            Timeout = TimeSpan.FromSeconds(30),
        };

    private static async Task<string> ShownAsync(IPEndPoint at)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(at, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(
            socket.GetStream(),
            false,
            (_, shown, _, _) => shown!.Subject == "CN=client"
        );
        await tls.AuthenticateAsClientAsync("127.0.0.1");
        using var shown = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
        return shown.Thumbprint;
    }
}
