using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Egress.Intercepted;

namespace Bartizan.EndToEnd.Tests;

/// <summary>An agent is known to a service by what the instance signs of it, which it never holds.</summary>
public sealed class IdentityTests
{
    private const string Curl = "curl -sS -x http://127.0.0.1:3128 --noproxy ''";

    [Fact]
    public async Task A_service_verifies_who_asks_by_the_published_keys_and_is_told_when_the_session_is_over()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var server = await SecureServer.StartAsync(outside.Sign("localhost"));
        var (at, listen) = ($"https://localhost:{server.Address.Port}", $"127.0.0.1:{FreePort.Next()}");
        Directory.CreateDirectory(
            scene.Home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        File.WriteAllText(
            Path.Combine(scene.Home, "identity.yaml"),
            $"trust_domain: agents.example.com\nissuer: http://{listen}\nlisten: {listen}\n"
        );
        Write(scene, outside, at);

        await using var run = scene.StartRun($"{Curl} {at}/a; {Curl} {at}/a; echo \"BOTH ASKED\"; env; read -r x");
        await run.SaysAsync("BOTH ASKED");

        var token = server.Fields.Authorization.ToString()["Bearer ".Length..];
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"http://{listen}") };
        var said = JsonNode.Parse(await http.GetStringAsync("/.well-known/openid-configuration"))!;
        var keys = JsonNode.Parse(await http.GetStringAsync(said["jwks_uri"]!.GetValue<string>()))!;
        var claims = Verified(keys, token);
        claims["iss"]!.GetValue<string>().ShouldBe(said["issuer"]!.GetValue<string>());
        claims["sub"]!.GetValue<string>().ShouldBe("spiffe://agents.example.com/agent/tried");
        claims["aud"]!.GetValue<string>().ShouldBe(at);
        (claims["exp"]!.GetValue<long>() - claims["iat"]!.GetValue<long>()).ShouldBe(300);
        claims["sid"]!.GetValue<string>().ShouldBe(await scene.SessionAsync());
        (await IntrospectAsync(http, token))["active"]!.GetValue<bool>().ShouldBeTrue();
        (await IntrospectAsync(http, token + "A")).ToJsonString().ShouldBe("""{"active":false}""");

        run.Input.Close();
        (await run.EndAsync()).ToString().ShouldNotContain(token);
        (await IntrospectAsync(http, token)).ToJsonString().ShouldBe("""{"active":false}""");
        var log = await scene.LogAsync();
        log.Count(e => e["detail"]?.GetValue<string>() == "signed").ShouldBe(1);
        var outcome = log.First(e =>
            e["kind"]!.GetValue<string>() == "outcome" && e["target"]!.GetValue<string>() == $"GET {at}/a"
        );
        outcome["credential"]!.GetValue<string>().ShouldBe($"identity:{at}#{claims["jti"]}");
        log.ShouldAllBe(e => !e.ToJsonString().Contains(token.Split('.')[2]));

        var rotated = await scene.BartizanAsync("identity", "rotate");
        rotated.Code.ShouldBe(0, rotated.ToString());
        var now = JsonNode.Parse((await scene.BartizanAsync("identity", "keys")).Output)!;
        now["keys"]!.AsArray().Count.ShouldBe(2);
        Verified(now, token);
        (await scene.BartizanAsync("identity")).Output.ShouldContain($"served   http://{listen}");
    }

    [Fact]
    public async Task With_a_mistake_in_its_file_nothing_is_signed_and_the_request_not_sent()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var server = await SecureServer.StartAsync(outside.Sign("localhost"));
        var at = $"https://localhost:{server.Address.Port}";
        Directory.CreateDirectory(
            scene.Home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        File.WriteAllText(Path.Combine(scene.Home, "identity.yaml"), "issuer: https://id.example.com/?tenant=1\n");
        Write(scene, outside, at);

        var run = await scene.RunAsync($"{Curl} {at}/a");

        run.Output.ShouldContain("the credential `who` can't be had; the log says why");
        (await scene.LogAsync()).ShouldContain(e => e.ToJsonString().Contains("this instance signs none"));
        server.Asked.ShouldBeEmpty();
        var asked = await scene.BartizanAsync("identity");
        asked.Code.ShouldBe(4);
        asked.Error.ShouldContain("`issuer` is `https://");
    }

    [Fact]
    public async Task An_agent_acts_for_another_until_one_of_the_two_has_ended()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var server = await SecureServer.StartAsync(outside.Sign("localhost"));
        var (at, listen) = ($"https://localhost:{server.Address.Port}", $"127.0.0.1:{FreePort.Next()}");
        Directory.CreateDirectory(
            scene.Home,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        File.WriteAllText(
            Path.Combine(scene.Home, "identity.yaml"),
            $"trust_domain: agents.example.com\nissuer: http://{listen}\nlisten: {listen}\n"
        );
        var child = Path.Combine(scene.Project, "child.yaml");
        Write(scene, outside, at, $"http://{listen}");
        File.WriteAllText(
            child,
            File.ReadAllText(scene.ManifestPath).Replace("agent: tried", "agent: child", StringComparison.Ordinal)
        );
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace(
                    "rules:\n",
                    "rules:\n  - { allow: delegate child, why: It helps. }\n",
                    StringComparison.Ordinal
                )
        );

        // Each shows who it is to the one place that both may ask, which here is the test.
        await using var one = scene.StartRun($"{Curl} {at}/a; echo \"ASKED\"; read -r x");
        await one.SaysAsync("ASKED");
        var subject = server.Fields.Authorization.ToString()["Bearer ".Length..];
        await using var two = scene.Start(
            "run",
            "-m",
            child,
            "--",
            "bash",
            "-c",
            $"{Curl} {at}/a; echo \"ASKED\"; read -r x"
        );
        await two.SaysAsync("ASKED");
        var actor = server.Fields.Authorization.ToString()["Bearer ".Length..];

        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"http://{listen}") };
        (await ExchangeAsync(http, actor, subject))["error"]!.GetValue<string>().ShouldBe("invalid_request");
        var given = await ExchangeAsync(http, subject, actor, ("scope", "all"));
        given["error"]!.GetValue<string>().ShouldBe("invalid_scope");
        (await ExchangeAsync(http, subject, actor, ("audience", "https://bank.example")))["error"]!
            .GetValue<string>()
            .ShouldBe("invalid_request");
        given = await ExchangeAsync(http, subject, actor);
        var token = given["access_token"].ShouldNotBeNull(given.ToJsonString()).GetValue<string>();
        var claims = Verified(JsonNode.Parse(await http.GetStringAsync("/.well-known/jwks.json"))!, token);
        claims["sub"]!.GetValue<string>().ShouldBe("spiffe://agents.example.com/agent/tried");
        claims["act"]!["sub"]!.GetValue<string>().ShouldBe("spiffe://agents.example.com/agent/child");
        (await IntrospectAsync(http, token))["active"]!.GetValue<bool>().ShouldBeTrue();

        (await scene.BartizanAsync("kill", claims["act"]!["sid"]!.GetValue<string>())).Code.ShouldBe(0);
        (await IntrospectAsync(http, token)).ToJsonString().ShouldBe("""{"active":false}""");
        (await IntrospectAsync(http, subject))["active"]!.GetValue<bool>().ShouldBeTrue();
        (await ExchangeAsync(http, subject, actor))["error"]!.GetValue<string>().ShouldBe("invalid_request");
        var log = await scene.LogAsync();
        log.ShouldContain(e =>
            e.ToJsonString().Contains("exchanged") && e.ToJsonString().Contains($"#{claims["jti"]}")
        );
        log.ShouldAllBe(e => !e.ToJsonString().Contains(token.Split('.')[2]));
        one.Input.Close();
        await one.EndAsync();
    }

    private static async Task<JsonObject> ExchangeAsync(
        HttpClient http,
        string subject,
        string actor,
        params (string Name, string Value)[] more
    )
    {
        using var form = new FormUrlEncodedContent([
            new("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            new("subject_token", subject),
            new("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            new("actor_token", actor),
            new("actor_token_type", "urn:ietf:params:oauth:token-type:jwt"),
            new("audience", http.BaseAddress!.ToString().TrimEnd('/')),
            .. more.Select(one => KeyValuePair.Create(one.Name, one.Value)),
        ]);
        using var response = await http.PostAsync("/token", form);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }

    private static void Write(Scene scene, TestAuthority outside, string at, string? audience = null)
    {
        scene.WriteManifest(
            rules: $$"""
              - allow: http * {{at}}/**
                with: who
                why: What it reads.
            hosts:
              localhost: { ca: {{outside.File}} }
            """
        );
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace("credentials:\n", $"credentials:\n  who: {{ from: \"identity:{audience ?? at}\", ttl: 5m }}\n")
        );
    }

    private static async Task<JsonObject> IntrospectAsync(HttpClient http, string token)
    {
        using var form = new FormUrlEncodedContent([new("token", token)]);
        using var response = await http.PostAsync("/introspect", form);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!.AsObject();
    }

    // As the service would, with nothing of ours.
    private static JsonObject Verified(JsonNode keys, string token)
    {
        var parts = token.Split('.');
        var name = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["kid"]!.GetValue<string>();
        var key = keys["keys"]!.AsArray().Single(k => k!["kid"]!.GetValue<string>() == name)!;
        using var verifier = ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = Base64Url.DecodeFromChars(key["x"]!.GetValue<string>()),
                    Y = Base64Url.DecodeFromChars(key["y"]!.GetValue<string>()),
                },
            }
        );
        verifier
            .VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256
            )
            .ShouldBeTrue();
        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
    }
}
