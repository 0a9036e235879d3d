using System.Net;
using System.Net.Sockets;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Bartizan.Vault.Tests.Providers.Aws;
using Bartizan.Vault.Tests.Providers.Kubernetes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>The built program, an agent in its sandbox, and clouds that issue what its requests are made with.</summary>
public sealed class CloudTests
{
    private const string Curl = "curl -sS -x http://127.0.0.1:3128 --noproxy ''";

    private const string Policy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::reports/*"}]}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_agent_signs_with_a_placeholder_and_a_store_is_asked_with_a_key_that_aws_made(bool federated)
    {
        using var outside = new TestAuthority("Outside");
        await using var there = await OwnAws.StartAsync(outside.Sign("localhost"));
        await using var scene = await Scene.OpenAsync();
        var at = At(there.Url);
        there.Objects["reports/a.txt"] = "a-report-of-the-shop";
        there.Objects["payroll/b.txt"] = "what nobody is to see";
        if (federated)
        {
            there.Issuer = Publish(scene);
        }
        else
        {
            await SetAsync(scene, $"{OwnAws.KeyId}:{OwnAws.KeySecret}", there.Url.Port);
        }

        var way = federated ? "web_identity" : "role";
        var own = federated ? $"\"identity:{there.Audience}\"" : "vault:cloud/own";
        Write(
            scene,
            outside,
            at,
            $"kind: aws, region: {OwnAws.Region}, url: \"{at}\", with: own, ca: {outside.File}, auth: {{ {way}: \"{OwnAws.Role}\" }}",
            own,
            $"from: \"provider:cloud/sts#SecretAccessKey\", ttl: 15m, params: {{ policy: '{Policy}' }}, as: AWS_SECRET_ACCESS_KEY, "
                + $"in: {{ sigv4: {{ region: {OwnAws.Region}, service: s3 }} }}"
        );
        const string sign = $"--aws-sigv4 aws:amz:{OwnAws.Region}:s3 --user \"AKIAPLACEHOLDER:$AWS_SECRET_ACCESS_KEY\"";

        var run = await scene.RunAsync(
            $"{Curl} {sign} {at}/reports/a.txt; echo; {Curl} {sign} -T notes.txt {at}/reports/new.txt; "
                + $"{Curl} {sign} {at}/payroll/b.txt; echo; env"
        );

        run.Output.ShouldContain("a-report-of-the-shop", customMessage: run.ToString());
        run.Output.ShouldContain("AccessDenied");
        there.Objects["reports/new.txt"].ShouldBe("first line\n");
        run.Output.ShouldNotContain("what nobody is to see");
        var key = there.Made.Single();
        key.Policy.ShouldBe(Policy);
        key.Arn.ShouldContain("/tried-s-");
        await HoldsNothingAsync(scene, run.ToString(), OwnAws.KeySecret, key.Value, key.Token!);
        (await scene.LogAsync("kind:outcome")).ShouldContain(e =>
            (string?)e["credential"] == "provider:cloud/sts#SecretAccessKey@1"
        );
    }

    [Fact]
    public async Task An_agent_asks_a_cluster_with_a_token_that_was_made_for_its_session()
    {
        using var outside = new TestAuthority("Outside");
        await using var there = await OwnKubernetes.StartAsync(outside.Sign("localhost"));
        await using var scene = await Scene.OpenAsync();
        var (at, own) = (At(there.Url), there.OwnToken(TimeSpan.FromHours(1)));
        await SetAsync(scene, own, there.Url.Port);
        Write(
            scene,
            outside,
            at,
            $"kind: kubernetes, url: \"{at}\", with: own, ca: {outside.File}",
            "vault:cloud/own",
            $"from: \"provider:cloud/shop/serviceaccounts/reader#token\", ttl: 10m, params: {{ audiences: \"{OwnKubernetes.Audience}\" }}, as: KUBE_TOKEN"
        );

        var run = await scene.RunAsync(
            $"{Curl} -H \"Authorization: Bearer $KUBE_TOKEN\" {at}/api/v1/namespaces/shop/pods; "
                + $"{Curl} {at}/api/v1/namespaces/shop/secrets/database; env"
        );

        run.Output.ShouldContain("pod-of-the-shop", customMessage: run.ToString());
        run.Output.ShouldContain("cannot do that: GET /api/v1/namespaces/shop/secrets/database");
        await HoldsNothingAsync(scene, run.ToString(), own, there.Made.Single());
    }

    private static string At(Uri url) => $"https://localhost:{url.Port}";

    private static Func<string> Publish(Scene scene)
    {
        var listen = $"127.0.0.1:{FreePort.Next()}";
        Directory.CreateDirectory(
            scene.Home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        File.WriteAllText(
            Path.Combine(scene.Home, "identity.yaml"),
            $"trust_domain: agents.example.com\nissuer: http://{listen}\nlisten: {listen}\n"
        );
        return () =>
        {
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{listen}/.well-known/jwks.json");
            using var reader = new StreamReader(http.Send(request).Content.ReadAsStream());
            return reader.ReadToEnd();
        };
    }

    private static async Task SetAsync(Scene scene, string own, int port)
    {
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        await using var set = scene.Start("vault", "set", "cloud/own", "--host", $"localhost:{port}");
        await set.Input.WriteAsync(own);
        set.Input.Close();
        (await set.EndAsync()).Code.ShouldBe(0);
    }

    private static void Write(
        Scene scene,
        TestAuthority outside,
        string at,
        string provider,
        string own,
        string credential
    )
    {
        scene.WriteManifest(
            rules: $$"""
              - allow: http * {{at}}/**
                with: cloud-key
                why: What it works with.
            hosts:
              localhost: { ca: {{outside.File}} }
            """
        );
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace(
                    "credentials:\n",
                    $"providers:\n  cloud: {{ {provider} }}\ncredentials:\n  own: {{ from: {own} }}\n  cloud-key: {{ {credential} }}\n"
                )
        );
    }

    private static async Task HoldsNothingAsync(Scene scene, string said, params string[] secrets)
    {
        var log = string.Join('\n', (await scene.LogAsync()).Select(e => e.ToJsonString()));
        await scene.BartizanAsync("down");
        foreach (var secret in secrets)
        {
            said.ShouldNotContain(secret);
            log.ShouldNotContain(secret);
            foreach (var file in scene.Written())
            {
                (await File.ReadAllTextAsync(file)).ShouldNotContain(secret, customMessage: file);
            }
        }
    }
}
