using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>An upstream behind TLS: by HTTP/2, trusted only by the authority that its manifest names.</summary>
public sealed class SecureUpstreamTests : IDisposable
{
    private const string Claude = """{"model":"claude-test","messages":[]}""";
    private readonly string _folder = Directory.CreateTempSubdirectory("bartizan-tls-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_private_upstream_is_reached_over_http2_by_the_authority_the_manifest_names()
    {
        var (authority, certificate) = Certificates("localhost");
        await using var upstream = await ScriptedUpstream.StartAsync(certificate);
        await using var house = await StartAsync(upstream.Url, "localhost", authority);

        using var answer = await house.SendAsync("/v1/messages", Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        upstream.Requests.Single().Protocol.ShouldBe("HTTP/2");
    }

    [Fact]
    public async Task A_certificate_of_another_authority_gets_no_key()
    {
        var (_, certificate) = Certificates("localhost");
        var (other, _) = Certificates("localhost");
        await using var upstream = await ScriptedUpstream.StartAsync(certificate);
        await using var house = await StartAsync(upstream.Url, "localhost", other);

        using var answer = await house.SendAsync("/v1/messages", Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        upstream.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_certificate_for_another_name_gets_no_key()
    {
        var (authority, certificate) = Certificates("other.example");
        await using var upstream = await ScriptedUpstream.StartAsync(certificate);
        await using var house = await StartAsync(upstream.Url, "localhost", authority);

        using var answer = await house.SendAsync("/v1/messages", Claude);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        upstream.Requests.ShouldBeEmpty();
    }

    private static Task<GatewayUnderTest> StartAsync(Uri upstream, string name, string authority)
    {
        var url = $"https://{name}:{upstream.Port}/";
        var manifest = GatewayUnderTest
            .Manifest(new Uri(url))
            .Replace($"url: \"{url}\"", $"url: \"{url}\", ca: \"{authority}\"", StringComparison.Ordinal);
        return GatewayUnderTest.StartAsync(upstream, manifest: manifest);
    }

    private (string AuthorityFile, X509Certificate2 Certificate) Certificates(string name)
    {
        var from = TimeProvider.System.GetUtcNow().AddHours(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = new CertificateRequest("CN=test authority", authorityKey, HashAlgorithmName.SHA256);
        asked.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = asked.CreateSelfSigned(from, from.AddDays(1));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        leaf.CertificateExtensions.Add(names.Build());
        using var issued = leaf.Create(authority, from, from.AddHours(12), RandomNumberGenerator.GetBytes(8));
        using var whole = issued.CopyWithPrivateKey(key);
        var file = Path.Combine(_folder, RandomNumberGenerator.GetHexString(8) + ".pem");
        File.WriteAllText(file, authority.ExportCertificatePem());
        return (file, X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null));
    }
}
