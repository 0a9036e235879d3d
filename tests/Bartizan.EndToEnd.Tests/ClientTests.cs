using Bartizan.Gateway.Tests.Model;

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
    [InlineData("claude-code", "http", false)]
    [InlineData("claude-code", "stdio", false)]
    [InlineData("claude-code", "stdio", true)]
    [InlineData("codex", "http", false)]
    [InlineData("codex", "stdio", false)]
    [InlineData("codex", "stdio", true)]
    public async Task A_real_client_calls_a_tool_of_the_manifest_without_being_configured(
        string profile,
        string tools,
        bool starts
    )
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();
        var (server, process) = await RealClients.ToolServerAsync(starts);
        await using var upstream = process;

        var run = await clients.RunAsync(
            RealClients.RealClient.Named(profile),
            "mcp-tool-call",
            scene.Root,
            scene,
            server: server,
            tools: tools
        );

        output.WriteLine(run.End.ToString());
        run.End.Code.ShouldBe(0, run.End.ToString());
        run.Answer.ShouldContain("HARNESS-OK-MCP", Case.Sensitive, run.End.ToString());
        var calls = await scene.LogAsync("tool:everything/echo");
        calls.ShouldContain(entry => entry["kind"]!.GetValue<string>() == "outcome");
    }

    [Fact]
    public async Task A_credential_that_a_real_clients_tool_reads_is_masked_before_the_model_sees_it()
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();

        // The scripted model reads `notes.txt`, and says what it found there.
        var run = await clients.RunAsync(
            RealClients.RealClient.Named("claude-code"),
            "read-file",
            scene.Root,
            scene,
            rules: "  - allow: exec printf **\n    why: There are rules for commands, so its hooks are asked.",
            notes: $"HARNESS-NOTE-7321 remember {Scene.ProviderKey}\n"
        );

        var told = run.End.ToString();
        run.Answer.ShouldContain("HARNESS-", Case.Sensitive, told);
        run.Bodies.ShouldContain(body => body.Contains("remember [credential]", StringComparison.Ordinal), told);
        run.Bodies.ShouldAllBe(body => !body.Contains(Scene.ProviderKey, StringComparison.Ordinal));
        var outcomes = await scene.LogAsync("kind:outcome", "verb:read");
        outcomes.ShouldContain(entry => entry["detail"]!.GetValue<string>().Contains("credential in the result"), told);
    }

    [Fact]
    public async Task A_real_client_that_is_told_to_run_without_hooks_asks_all_the_same()
    {
        Assert.SkipWhen(clients.Missing is not null, clients.Missing ?? "");
        await using var scene = await Scene.OpenAsync();

        var run = await clients.RunAsync(
            RealClients.RealClient.Named("claude-code"),
            "denied-command",
            scene.Root,
            scene,
            rules: "  - allow: exec printf **\n    why: It reports.",
            bare: true
        );

        run.Answer.ShouldContain("HARNESS-DENIED", Case.Sensitive, run.End.ToString());
        run.Files.ShouldContain(file => file.Contains("it sings", StringComparison.Ordinal));
        (await scene.LogAsync("kind:refusal")).ShouldContain(entry => entry["point"]!.GetValue<string>() == "hook");
    }

    [Fact]
    public async Task A_program_that_only_passes_for_a_client_with_hooks_is_decided_for_in_the_models_answer()
    {
        await using var scene = await Scene.OpenAsync();
        scene.Upstream.Answer = context =>
            ScriptedUpstream.JsonAsync(
                context,
                """{"id":"a","type":"message","role":"assistant","model":"m1","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{"command":"find / -delete"}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":2}}"""
            );
        scene.WriteManifest(rules: "  - allow: exec printf **\n    why: It reports.");
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            (await File.ReadAllTextAsync(scene.ManifestPath)).Replace("client: generic", "client: claude-code")
        );

        var run = await scene.RunAsync(
            Scene.Ask
                + """
                ANTHROPIC_API_KEY=$ANTHROPIC_AUTH_TOKEN
                hook() { exec 3<>/dev/tcp/127.0.0.1/8080; local b='{"hook_event_name":"UserPromptSubmit","prompt":"hi"}'; printf 'POST /hooks/claude-code HTTP/1.1\r\nhost: m\r\nx-api-key: %s\r\nconnection: close\r\ncontent-length: %s\r\n\r\n%s' "$1" ${#b} "$b" >&3; cat <&3 >/dev/null; exec 3>&-; }
                ask; hook guessed; echo --; ask; echo --; hook "$ANTHROPIC_API_KEY"; ask
                """
        );

        run.Code.ShouldBe(0, run.ToString());
        var answers = run.Output.Split("--\n");
        answers[0].ShouldContain("Bartizan refused", customMessage: run.ToString());
        answers[0].ShouldNotContain("tool_use");
        answers[1].ShouldContain("Bartizan refused");
        answers[2].ShouldContain("tool_use");
    }

    // What is told to who asks once more between the end of its session and its own.
    private const string Gone = "the session is not running";

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
        if (scenario != "runaway-loop" || !through.Answer.Contains(Gone, StringComparison.Ordinal))
        {
            through.Answer.ShouldBe(direct.Answer, told);
        }

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
