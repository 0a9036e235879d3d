using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.EndToEnd.Tests.Serving;

/// <summary>An agent whose callers show certificates, served by the built program.</summary>
public sealed class CertifiedCallerTests
{
    [Fact]
    public async Task Who_shows_a_certificate_is_let_in_until_its_authority_is_taken_out_of_the_file()
    {
        await using var scene = await Scene.OpenAsync();
        using var own = new Authority("CN=own");
        using var other = new Authority("CN=own");
        using var served = own.Sign("gateway.example", "1.3.6.1.5.5.7.3.1");
        Write(scene, "tls.pem", served.ExportCertificatePem());
        Write(scene, "tls.key", served.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        Write(scene, "clients.pem", own.Pem);
        var url = await ServeAsync(scene);
        using var web = Caller(served, own.Sign("web.example"));

        (await AskAsync(url, web)).ShouldBe(200);
        (await AskAsync(url, Caller(served, other.Sign("web.example")))).ShouldBe(401);
        (await AskAsync(url, Caller(served, own.Sign("nobody.example")))).ShouldBe(401);
        (await AskAsync(url, Caller(served, null))).ShouldBe(401);
        (await scene.LogAsync("kind:intent")).ShouldHaveSingleItem().ToJsonString().ShouldContain("cert:web");

        Write(scene, "next.pem", other.Pem);
        File.Move(Path.Combine(scene.Project, "next.pem"), Path.Combine(scene.Project, "clients.pem"), overwrite: true);

        (await AskAsync(url, web)).ShouldBe(401, "on the connection of before");
        (await AskAsync(url, Caller(served, other.Sign("web.example")))).ShouldBe(200);
        scene.Upstream.Requests.Count.ShouldBe(2);
    }

    private static async Task<Uri> ServeAsync(Scene scene)
    {
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: tried
            version: 1
            owner: tests@example.com
            description: An agent of a test.
            environment: development
            extends: floor
            serve:
              listen: 127.0.0.1:0
              upstream: "{{scene.Upstream.Url.GetLeftPart(UriPartial.Authority)}}"
              tls: { certificate: tls.pem, key: tls.key }
              callers:
                mtls: { ca: clients.pem, names: { web: "dns:web.example" } }
            rules:
              - allow: serve POST /do
                why: It is told what to do.
            """
        );
        var opened = await scene.BartizanAsync("serve", "--detach");
        opened.Code.ShouldBe(0, opened.ToString());
        return new Uri(opened.Output.Split(" at ")[1].Trim());
    }

    private static void Write(Scene scene, string name, string text)
    {
        var path = Path.Combine(scene.Project, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static HttpClient Caller(X509Certificate2 served, X509Certificate2? shown) =>
        new(
            new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    RemoteCertificateValidationCallback = (_, one, _, _) => one!.Equals(served),
                    ClientCertificateContext = shown is null
                        ? null
                        : SslStreamCertificateContext.Create(shown, null, offline: true),
                },
            }
        )
        {
            Timeout = Running.Limit,
        };

    private static async Task<int> AskAsync(Uri url, HttpClient caller)
    {
        using var body = JsonContent.Create(new { text = "hello" });
        using var answer = await caller.PostAsync(new Uri(url, "/do"), body, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }

    private sealed class Authority : IDisposable
    {
        private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

        private readonly X509Certificate2 _itself;

        public Authority(string name)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
            _itself = request.CreateSelfSigned(s_now.AddDays(-1), s_now.AddDays(9));
        }

        public string Pem => _itself.ExportCertificatePem();

        public X509Certificate2 Sign(string name, string use = "1.3.6.1.5.5.7.3.2")
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            request.CertificateExtensions.Add(names.Build());
            using var signed = request.Create(
                _itself,
                s_now.AddDays(-1),
                s_now.AddDays(8),
                RandomNumberGenerator.GetBytes(16)
            );
            return signed.CopyWithPrivateKey(key);
        }

        public void Dispose() => _itself.Dispose();
    }
}
