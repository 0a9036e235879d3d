using Bartizan.Core.Identity;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>What a manifest says of callers who show a certificate.</summary>
public sealed class ServeCertificatesTests
{
    private const string Pin = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private const string Key = $"keys: {{ desk: \"{Pin}\" }}";

    [Fact]
    public void Certificates_are_read()
    {
        var said = $$"""
            mtls: { ca: clients.pem, names: { web: "dns:web.example", mesh: "uri:spiffe://example.com/shop",
              post: "email:Post@example.com", old: "{{Pin}}" } }
            """;

        var read = Load(said).Manifest!.Serve!.Callers.Certificates!;

        read.Authority.ShouldBe("clients.pem");
        read.Names.ShouldBe([
            new("mesh", new CertificateMark(CertificateMarkKind.Uri, "spiffe://example.com/shop")),
            new("old", new CertificateMark(CertificateMarkKind.Certificate, Pin[7..])),
            new("post", new CertificateMark(CertificateMarkKind.Email, "Post@example.com")),
            new("web", new CertificateMark(CertificateMarkKind.Dns, "web.example")),
        ]);
        read.Names["old"].ToString().ShouldBe(Pin);
    }

    [Theory]
    [InlineData("web.example", "doesn't begin with")]
    [InlineData("DNS:web.example", "doesn't begin with")]
    [InlineData("cn:web", "doesn't begin with")]
    [InlineData("dns:", "is no name of DNS")]
    [InlineData("dns:*.example", "is a pattern")]
    [InlineData("dns:Web.example", "is no name of DNS in lower case")]
    [InlineData("dns:web.example.", "is no name of DNS")]
    [InlineData("dns:web..example", "is no name of DNS")]
    [InlineData("dns:-web.example", "is no name of DNS")]
    [InlineData("dns:web.example,dns:a.example", "is no name of DNS")]
    [InlineData("dns:web example", "holds a space")]
    [InlineData("dns:w\u00e9b.example", "isn't ASCII")]
    [InlineData("uri:", "is no address")]
    [InlineData("uri:/shop", "is no address")]
    [InlineData("uri:spiffe://example.com/*", "is a pattern")]
    [InlineData("email:shop", "is no mailbox")]
    [InlineData("email:@example.com", "is no mailbox")]
    [InlineData("email:a@b@example.com", "is no mailbox")]
    [InlineData("sha256:9F86", "is no SHA-256")]
    public void What_no_certificate_has_is_an_error(string mark, string says) =>
        ShouldSay($"mtls: {{ ca: a.pem, names: {{ web: \"{mark}\" }} }}", says);

    [Theory]
    [InlineData("mtls: { ca: a.pem }", "names")]
    [InlineData("mtls: { ca: a.pem, names: {} }", "`names` is empty")]
    [InlineData("mtls: { names: { web: \"dns:web.example\" } }", "ca")]
    [InlineData("mtls: { ca: a.pem, names: { \"a b\": \"dns:web.example\" } }", "is no name")]
    [InlineData("mtls: { ca: a.pem, cn: web, names: { web: \"dns:web.example\" } }", "is no key of `mtls`")]
    [InlineData(
        "mtls: { ca: a.pem, names: { a: \"dns:b.example\", b: \"dns:b.example\" } }",
        "have the same certificates"
    )]
    [InlineData("mtls: { ca: a.pem, names: { Desk: \"dns:b.example\" } }, " + Key, "has a key and a certificate")]
    public void What_lets_in_nobody_or_two_by_one_name_is_an_error(string callers, string says) =>
        ShouldSay(callers, says);

    [Fact]
    public void Without_tls_nobody_shows_a_certificate() =>
        ShouldSay("mtls: { ca: a.pem, names: { web: \"dns:web.example\" } }", "`mtls` needs TLS", tls: "");

    [Theory]
    [InlineData("client-cert")]
    [InlineData("Client-Cert-Chain")]
    [InlineData("x-forwarded-client-cert")]
    [InlineData("ssl-client-cert")]
    [InlineData("x-ssl-client-verify")]
    [InlineData("x-arr-clientcert")]
    [InlineData("x-amzn-mtls-clientcert-leaf")]
    public void A_header_that_says_a_certificate_passes_for_nobody(string header) =>
        ShouldSay(
            $"{Key} }}, headers: [{header}",
            "is a header that the gateway sets, keeps or takes itself",
            close: "]"
        );

    private static void ShouldSay(string callers, string says, string tls = "x", string close = "}")
    {
        var load = Load(callers, tls, close);

        load.Manifest.ShouldBeNull();
        load.Errors.Select(e => e.Message).ShouldContain(m => m.Contains(says, StringComparison.Ordinal));
    }

    private static ManifestLoad Load(string callers, string tls = "x", string close = "}") =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: support
            version: 1
            owner: tests@example.com
            environment: development
            serve: { listen: "127.0.0.1:0", upstream: "http://127.0.0.1:9000",
              {{(tls.Length > 0 ? "tls: { certificate: a.pem, key: b.pem }," : "")}}
              callers: { {{callers.Trim()}} {{close}} }
            rules:
              - allow: serve POST /ask
                why: Callers ask.
            """,
            "agent.yaml",
            _ => null
        );
}
