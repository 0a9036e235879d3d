using System.Globalization;
using System.Text;
using Bartizan.Gateway.Tests.Egress.Intercepted;
using Microsoft.AspNetCore.Http;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A real agent uses a REST API with a credential of the vault that it never holds.</summary>
public sealed class InjectionTests
{
    private const string Value = "ghp_7hQ2mK9vX4pL1sD8fG3jH6kW5zC0bN2rT9yU";

    private const string Curl = "curl -sS -x http://127.0.0.1:3128 --noproxy ''";

    [Fact]
    public async Task An_agent_uses_an_api_and_the_credential_is_nowhere_that_it_or_the_log_could_hold_it()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var server = await SecureServer.StartAsync(outside.Sign("localhost"), EchoAsync);
        var at = $"https://localhost:{server.Address.Port}";
        await SetAsync(scene, $"localhost:{server.Address.Port}");
        Write(scene, outside, $"{at}/repos/**", $"{at}/open/**");

        await using var run = scene.StartRun(
            $"{Curl} -i -H \"Authorization: Bearer $GITHUB_TOKEN\" {at}/repos/a > answer.txt; cat answer.txt; "
                + "env | tee env.txt; A=$(cat answer.txt); echo \"THE END OF IT\"; : marked-for-the-test; read -r x"
        );
        await run.SaysAsync("THE END OF IT");

        run.Output.ShouldContain("200");
        run.Output.ShouldContain("GITHUB_TOKEN");
        var agents = Scene.Processes("marked-for-the-test");
        agents.ShouldNotBeEmpty();
        var searched = agents.Sum(id => ShouldHoldNothing(id));
        searched.ShouldBeGreaterThan(100_000);
        run.Input.Close();
        var end = await run.EndAsync();

        server.Fields.Authorization.ToString().ShouldBe($"Bearer {Value}");
        var said = end.ToString();
        said.ShouldMatch("ghp_[A-Za-z0-9]{36}");
        said.ShouldContain("****");
        var log = await scene.LogAsync();
        var outcome = log.First(e =>
            e["kind"]!.GetValue<string>() == "outcome" && e["target"]!.GetValue<string>() == $"GET {at}/repos/a"
        );
        outcome["credential"]!.GetValue<string>().ShouldBe("vault:api/github@1");
        said += string.Join('\n', log.Select(e => e.ToJsonString()));
        foreach (var form in Forms)
        {
            said.ShouldNotContain(form, Case.Insensitive);
        }

        var listed = await scene.BartizanAsync("vault", "list", "--json");
        listed.Output.ShouldContain("lastUse", customMessage: listed.ToString());
        await scene.BartizanAsync("down");
        foreach (var file in Directory.GetFiles(scene.Root, "*", SearchOption.AllDirectories))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            await stream.ReadExactlyAsync(bytes);
            ShouldHoldNothing(bytes, file);
        }
    }

    [Fact]
    public async Task A_placeholder_that_is_sent_elsewhere_is_refused_and_a_finding()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var server = await SecureServer.StartAsync(outside.Sign("localhost"), EchoAsync);
        var at = $"https://localhost:{server.Address.Port}";
        await SetAsync(scene, $"localhost:{server.Address.Port}");
        Write(scene, outside, $"{at}/repos/**", $"{at}/open/**");

        var run = await scene.RunAsync(
            $"{Curl} -H \"Authorization: Bearer $GITHUB_TOKEN\" {at}/open/a; "
                + $"{Curl} -d \"note=$(printf %s $GITHUB_TOKEN | base64 -w0)\" {at}/open/a; "
                + $"{Curl} {at}/repos/a?leak=$GITHUB_TOKEN; {Curl} {at}/open/a"
        );

        run.Output.Split("a placeholder stands where no rule puts its credential").Length.ShouldBe(4, run.ToString());
        server.Asked.ShouldContain("GET /open/a HTTP/2");
        server.Asked.ShouldNotContain(asked => asked.Contains("/repos/"));
        var findings = await scene.LogAsync("kind:finding");
        findings.Count.ShouldBe(3);
        findings.ShouldAllBe(e => e["detail"]!.GetValue<string>() == "placeholder-misplaced high 1");
        findings[0].ToJsonString().ShouldNotMatch("ghp_[A-Za-z0-9]{36}");
    }

    [Fact]
    public async Task A_value_that_is_bound_to_another_host_or_was_revoked_is_not_put_in()
    {
        await using var scene = await Scene.OpenAsync();
        using var outside = new TestAuthority("Outside");
        await using var server = await SecureServer.StartAsync(outside.Sign("localhost"), EchoAsync);
        var at = $"https://localhost:{server.Address.Port}";
        await SetAsync(scene, "api.github.com");
        Write(scene, outside, $"{at}/repos/**", $"{at}/open/**");

        var run = await scene.RunAsync($"{Curl} {at}/repos/a");

        run.Output.ShouldContain("can't be had; the log says why");
        (await scene.BartizanAsync("log", "kind:outcome")).Output.ShouldContain("isn't lent for requests to");
        server.Asked.ShouldBeEmpty();
        (await scene.BartizanAsync("vault", "revoke", "api/github")).Code.ShouldBe(0);
        (await scene.RunAsync($"{Curl} {at}/repos/a")).Output.ShouldContain("can't be had; the log says why");
        (await scene.BartizanAsync("log", "kind:outcome")).Output.ShouldContain("was revoked");
        server.Asked.ShouldBeEmpty();
    }

    private static string[] Forms { get; } =
    [
        Value,
        new([.. Value.Reverse()]),
        Convert.ToBase64String(Encoding.ASCII.GetBytes(Value))[..24],
        Convert.ToBase64String(Encoding.ASCII.GetBytes("a" + Value))[4..28],
        Convert.ToBase64String(Encoding.ASCII.GetBytes("ab" + Value))[4..28],
        Convert.ToHexString(Encoding.ASCII.GetBytes(Value)),
        string.Concat(Value.Select(c => $"%{(int)c:x2}")),
        string.Concat(Value.Select(c => $"\\u{(int)c:x4}")),
    ];

    private static async Task SetAsync(Scene scene, string host)
    {
        (await scene.BartizanAsync("vault", "init", "--key-file", Path.Combine(scene.Root, "vault.key"))).Code.ShouldBe(
            0
        );
        await using var running = scene.Start("vault", "set", "api/github", "--host", host, "--agent", "tried");
        await running.Input.WriteAsync(Value);
        running.Input.Close();
        (await running.EndAsync()).Code.ShouldBe(0);
    }

    private static void Write(Scene scene, TestAuthority outside, string injected, string open)
    {
        scene.WriteManifest(
            rules: $$"""
              - allow: http * {{injected}}
                with: github
                why: What it reads.
              - allow: http * {{open}}
                why: What everybody reads.
            hosts:
              localhost: { ca: {{outside.File}} }
            """
        );
        File.WriteAllText(
            scene.ManifestPath,
            File.ReadAllText(scene.ManifestPath)
                .Replace(
                    "credentials:\n",
                    "credentials:\n  github: { from: vault:api/github, ttl: 15m, as: GITHUB_TOKEN, like: github }\n"
                )
        );
    }

    // The server gives back what it was sent, as it is, in Base64 and in hexadecimal digits.
    private static async Task EchoAsync(HttpContext context)
    {
        // An answer before the request's end would race with what is found in its body.
        await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);
        var said = context.Request.Headers.Authorization.ToString();
        context.Response.Headers["X-Said"] = said;
        var bytes = Encoding.ASCII.GetBytes(said);
        await context.Response.WriteAsync(
            $"{{\"raw\":\"{said}\",\"base64\":\"{Convert.ToBase64String(bytes)}\",\"hex\":\"{Convert.ToHexString(bytes)}\"}}\n"
        );
    }

    // What a process could read of itself; as the person who debugs it sees it from outside.
    private static long ShouldHoldNothing(int id)
    {
        var searched = 0L;
        using var memory = new FileStream($"/proc/{id}/mem", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        foreach (
            var line in File.ReadAllLines($"/proc/{id}/maps").Where(l => l.Contains(" rw", StringComparison.Ordinal))
        )
        {
            var ends = line.Split(' ')[0].Split('-');
            var from = long.Parse(ends[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var to = long.Parse(ends[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            var bytes = new byte[to - from];
            memory.Position = from;
            memory.ReadExactly(bytes);
            searched += bytes.Length;
            ShouldHoldNothing(bytes, line);
        }

        return searched;
    }

    private static void ShouldHoldNothing(byte[] bytes, string place)
    {
        foreach (var form in Forms)
        {
            bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(form)).ShouldBe(-1, place);
            bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(form)).ShouldBe(-1, place);
        }
    }
}
