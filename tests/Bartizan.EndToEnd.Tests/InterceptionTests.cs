using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Gateway.Tests.Egress.Intercepted;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A real agent, a real https server, and rules that are finer than its host.</summary>
public sealed class InterceptionTests
{
    // Behind a proxy that it is told of, because a client asks itself for `localhost`.
    private const string Curl = "curl -sS -x http://127.0.0.1:3128 --noproxy ''";

    [Fact]
    public async Task Curl_gets_what_a_rule_names_and_is_refused_the_rest_with_the_reason()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var server = await SecureServer.StartAsync(outside.Sign("localhost"));
        var at = $"https://localhost:{server.Address.Port}";
        Allow(scene, outside, $"http GET {at}/repos/**");

        var run = await scene.RunAsync(
            $"{Curl} {at}/repos/a; echo; {Curl} {at}/user; {Curl} -d x {at}/repos/a; {Curl} --path-as-is {at}/repos/../user; {Curl} -H 'Host: evil.example' {at}/repos/a"
        );

        run.Output.ShouldContain("hello");
        run.Output.ShouldContain($"bartizan refused `http GET {at}/user`: no rule allows it.");
        run.Output.ShouldContain($"bartizan refused `http POST {at}/repos/a`");
        run.Output.ShouldContain("it names another host than its connection is for");
        server.Asked.ShouldHaveSingleItem().ShouldBe("GET /repos/a HTTP/2");
        var log = await scene.LogAsync();
        log.Count(e => e["kind"]!.GetValue<string>() == "refusal").ShouldBe(4, run.ToString());
        log.ShouldContain(e =>
            e["kind"]!.GetValue<string>() == "outcome" && e["target"]!.GetValue<string>() == $"GET {at}/repos/a"
        );
    }

    [Fact]
    public async Task The_sandbox_trusts_the_authority_and_never_sees_its_key()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        Allow(scene, outside, "http GET https://localhost:9/repos/**");

        var run = await scene.RunAsync(
            "cat /etc/bartizan/authority.pem; grep -c BEGIN $SSL_CERT_FILE /etc/ssl/certs/ca-certificates.crt; "
                + "env | grep -E 'CA_|CERT|CAINFO|cafile' | sort; grep -rl 'PRIVATE KEY' / --include=*.pem --exclude-dir=proc 2>/dev/null; true"
        );

        run.Output.ShouldContain("BEGIN CERTIFICATE");
        run.Output.ShouldContain("NODE_EXTRA_CA_CERTS=/etc/bartizan/authority.pem");
        run.Output.ShouldNotContain("PRIVATE KEY");
        run.Output.ShouldNotContain("keys/authority.pem");
        var key = Path.Combine(scene.Home, "keys", "authority.pem");
        File.GetUnixFileMode(key).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var shown = X509Certificate2.CreateFromPem(run.Output);
        shown.HasPrivateKey.ShouldBeFalse();
        using var kept = X509Certificate2.CreateFromPemFile(key, key);
        kept.GetCertHash(HashAlgorithmName.SHA256).ShouldBe(shown.GetCertHash(HashAlgorithmName.SHA256));
    }

    [Fact]
    public async Task Without_such_a_rule_nothing_is_trusted_and_no_authority_is_made()
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.RunAsync("ls /etc/bartizan; env | grep SSL_CERT_FILE; true");

        run.Output.Trim().ShouldBeEmpty(run.ToString());
        File.Exists(Path.Combine(scene.Home, "keys", "authority.pem")).ShouldBeFalse();
    }

    private static void Allow(Scene scene, TestAuthority outside, string rule)
    {
        scene.WriteManifest(
            rules: $$"""
              - allow: {{rule}}
                why: What it reads.
            hosts:
              localhost: { ca: {{outside.File}} }
            """
        );
    }
}
