using System.Diagnostics;

namespace Bartizan.EndToEnd.Tests;

/// <summary>Real clients through Bartizan, each beside the same client on the same scenario without it.</summary>
public sealed class ClientTests(RealClients clients, ITestOutputHelper output) : IClassFixture<RealClients>
{
    public static TheoryData<string, string> Runs()
    {
        var runs = new TheoryData<string, string>();
        foreach (var client in (string[])["claude-code", "codex"])
        {
            foreach (
                var scenario in (string[])
                    [
                        "hello",
                        "read-file",
                        "bash-command",
                        "write-file",
                        "multi-turn",
                        "parallel-tools",
                        "long-stream",
                        "thinking",
                        "unicode",
                        "runaway-loop",
                        "faults-retry",
                        "cut-midstream",
                    ]
            )
            {
                runs.Add(client, scenario);
            }
        }

        return runs;
    }

    [Theory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    public async Task What_a_real_client_says_of_itself_is_recorded_as_its_claim_where_the_manifest_asks(string profile)
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();
        var run = await clients.RunAsync(
            RealClients.RealClient.Named(profile),
            "read-file",
            scene.Root,
            scene,
            claims: true
        );

        run.End.Code.ShouldBe(0, run.End.ToString());
        var claims = await scene.LogAsync("kind:claim");
        claims.ShouldNotBeEmpty(run.End.ToString());
        claims.ShouldAllBe(claim => claim["point"]!.GetValue<string>() == "claims");
        output.WriteLine(string.Join('\n', claims.Select(claim => claim.ToJsonString())));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_that_no_rule_allows_is_refused_before_a_real_client_runs_it(bool allowed)
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();
        var find = allowed ? "\n  - allow: exec find **\n    why: The control of this test." : "";
        var run = await clients.RunAsync(
            RealClients.RealClient.Named("claude-code"),
            "denied-command",
            scene.Root,
            scene,
            rules: $"  - allow: exec printf **\n    why: It reports.{find}"
        );

        run.Answer.ShouldContain(
            allowed ? "HARNESS-DENY-NOT-ENFORCED" : "HARNESS-DENIED",
            Case.Sensitive,
            run.End.ToString()
        );
        run.Files.Any(file => file.Contains("it sings", StringComparison.Ordinal))
            .ShouldBe(!allowed, run.End.ToString());
        if (!allowed)
        {
            run.Answer.ShouldContain("Bartizan refused");
            (await scene.LogAsync("kind:refusal")).ShouldContain(entry => entry["point"]!.GetValue<string>() == "hook");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_command_that_no_rule_allows_is_refused_before_a_client_without_hooks_sees_it(bool allowed)
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();
        var find = allowed ? "\n  - allow: exec find **\n    why: The control of this test." : "";
        var run = await clients.RunAsync(
            RealClients.RealClient.Named("codex"),
            "denied-command",
            scene.Root,
            scene,
            rules: $"  - allow: exec printf **\n    why: It reports.{find}"
        );

        var told = run.End.ToString();
        run.End.Code.ShouldBe(0, told);
        run.Answer.ShouldContain(allowed ? "HARNESS-DENY-NOT-ENFORCED" : "Bartizan refused", Case.Sensitive, told);
        run.Files.Any(file => file.Contains("it sings", StringComparison.Ordinal)).ShouldBe(!allowed, told);
        var entries = await scene.LogAsync(allowed ? "kind:intent" : "kind:refusal");
        entries.ShouldContain(entry => entry["point"]!.GetValue<string>() == "answer", told);
    }

    [Theory]
    [InlineData("claude-code")]
    [InlineData("codex")]
    public async Task A_real_client_calls_a_tool_of_the_manifest_without_being_configured(string profile)
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();
        var port = RealClients.FreePort();
        await using var upstream = Running.Start(
            new ProcessStartInfo(
                "node",
                [
                    Path.Combine(RealClients.Harness, "mcp-upstream.mjs"),
                    "--port",
                    $"{port}",
                    "--require-key",
                    Scene.ProviderKey,
                ]
            )
        );
        await RealClients.ReachableAsync(port);

        var run = await clients.RunAsync(
            RealClients.RealClient.Named(profile),
            "mcp-tool-call",
            scene.Root,
            scene,
            server: $"http://127.0.0.1:{port}/mcp"
        );

        output.WriteLine(run.End.ToString());
        run.End.Code.ShouldBe(0, run.End.ToString());
        run.Answer.ShouldContain("HARNESS-OK-MCP", Case.Sensitive, run.End.ToString());
        var calls = await scene.LogAsync("tool:everything/echo");
        calls.ShouldContain(entry => entry["kind"]!.GetValue<string>() == "outcome");
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task A_real_client_does_inside_what_it_does_without(string profile, string scenario)
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();
        var client = RealClients.RealClient.Named(profile);
        var direct = await clients.RunAsync(client, scenario, scene.Root, null);
        var through = await clients.RunAsync(client, scenario, scene.Root, scene);

        var told = $"direct:\n{direct.End}\nthrough:\n{through.End}";
        through.End.Code.ShouldBe(direct.End.Code, told);
        through.Answer.ShouldBe(direct.Answer, told);
        through.Files.ShouldBe(direct.Files, told);
        output.WriteLine(told);
        if (scenario is not ("runaway-loop" or "multi-turn" or "long-stream"))
        {
            through.Answer.ShouldContain("HARNESS-", Case.Sensitive, told);
        }

        direct.Bodies.Count.ShouldBePositive(told);
        through.Bodies.Count.ShouldBePositive(told);
        foreach (var text in (string[])[.. through.Bodies, through.Transcript])
        {
            text.ShouldNotContain(Scene.ProviderKey);
            text.ShouldNotContain(RealClients.Canary);
        }
    }
}
