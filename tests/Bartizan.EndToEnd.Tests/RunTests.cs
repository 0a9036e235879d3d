using System.Diagnostics;
using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.EndToEnd.Tests;

public sealed class RunTests
{
    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("kill -KILL $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    public async Task The_agents_own_exit_code_comes_through(string script, int code)
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.RunAsync(script);

        run.Code.ShouldBe(code, run.ToString());
    }

    [Fact]
    public async Task Input_output_and_errors_are_relayed_each_to_its_own()
    {
        await using var scene = await Scene.OpenAsync();
        await using var run = scene.StartRun("cat; echo to-error >&2; head -c 300000 /dev/zero | tr '\\0' x");
        await run.Input.WriteAsync("from the person\n");
        run.Input.Close();

        var end = await run.EndAsync();

        end.Code.ShouldBe(0, end.Error);
        end.Output.ShouldStartWith("from the person\n");
        end.Output.Count(c => c == 'x').ShouldBe(300000);
        end.Error.ShouldContain("to-error");
        end.Output.ShouldNotContain("to-error");
    }

    [Fact]
    public async Task A_manifest_that_is_not_valid_ends_with_3_and_says_where()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(rules: "  - alow: read workspace/**\n    why: A typo.");

        var run = await scene.RunAsync("true");

        run.Code.ShouldBe(3, run.ToString());
        run.Error.ShouldContain("agent.yaml");
        run.Error.ShouldContain("alow");
    }

    [Fact]
    public async Task A_program_that_is_nowhere_ends_with_2()
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.BartizanAsync("run", "--", "no-such-program-here");

        run.Code.ShouldBe(2, run.ToString());
        run.Error.ShouldContain("no-such-program-here");
    }

    [Fact]
    public async Task Json_and_the_status_descriptor_say_whose_code_it_is()
    {
        await using var scene = await Scene.OpenAsync();
        var status = Path.Combine(scene.Root, "status.json");
        await using var run = Running.Start(
            scene.Command(
                "bash",
                "-c",
                $"exec 9>{status}; exec dotnet {Scene.Program} run --json --status-fd 9 -- bash -c 'exit 4'"
            )
        );
        run.Input.Close();

        var end = await run.EndAsync();

        end.Code.ShouldBe(4, end.ToString());
        var told = JsonNode.Parse(await File.ReadAllTextAsync(status))!;
        told["by"]!.GetValue<string>().ShouldBe("agent");
        told["code"]!.GetValue<int>().ShouldBe(4);
        end.Error.ShouldContain("\"by\":\"agent\"");
    }

    [Fact]
    public async Task What_bartizan_refuses_is_told_as_bartizans_code()
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.BartizanAsync("run", "--json", "--", "no-such-program-here");

        run.Code.ShouldBe(2);
        run.Error.ShouldContain("\"by\":\"bartizan\"");
    }

    [Fact]
    public async Task The_summary_has_at_most_twelve_lines_whatever_the_agent_did()
    {
        await using var scene = await Scene.OpenAsync();

        var run = await scene.RunAsync(
            Scene.Ask
                + """
                ask >/dev/null
                for i in 1 2 3 4 5 6 7 8; do exec 4<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT host%s.example:443 HTTP/1.1\r\nhost: host%s.example:443\r\n\r\n' $i $i >&4; head -c 12 <&4 >/dev/null; exec 4>&-; echo $i > file$i; done
                """
        );

        run.Code.ShouldBe(0, run.ToString());
        var summary = run.Error.Split('\n').SkipWhile(l => !l.Contains("bartizan: session", StringComparison.Ordinal));
        summary.Count(l => l.Length > 0).ShouldBeInRange(6, 12, run.Error);
        run.Error.ShouldContain("up/m1 ×1");
        run.Error.ShouldContain("refused");
    }

    [Fact]
    public async Task A_refused_agent_is_told_the_rule_that_it_lacks_and_nothing_of_the_others()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(
            rules: """
              - deny: connect *.project-x.example:*
                why: Nobody knows of project X.
              - deny: model up/m9*
                why: Too expensive for project X.
            """
        );

        var run = await scene.RunAsync(
            Scene.Ask.Replace("\"m1\"", "\"m9-x\"", StringComparison.Ordinal)
                + """
                to() { exec 4<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT %s:443 HTTP/1.1\r\nhost: %s:443\r\n\r\n' $1 $1 >&4; cat <&4; exec 4>&-; }
                to a.project-x.example; to other.example; ask
                """
        );

        run.Output.ShouldContain("bartizan refused `connect a.project-x.example:443`: one of its rules denies it.");
        run.Output.ShouldContain("X-Bartizan-Rule: allow: connect other.example:443");
        run.Output.ShouldContain("model up/m9-x\\u0060: one of its rules denies it.");
        foreach (
            var secret in (string[])["*.project-x", "up/m9*", "Nobody knows", "Too expensive", "agent.yaml", scene.Root]
        )
        {
            run.Output.ShouldNotContain(secret);
        }

        run.Error.ShouldContain("Nobody knows", customMessage: "the person is told");
    }

    [Fact]
    public async Task An_ask_without_a_terminal_waits_in_the_inbox_and_is_refused_by_its_name()
    {
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(
            rules: AskRule.Replace("    why", "    approval: { within: 2s }\n    why", StringComparison.Ordinal)
        );

        var run = await scene.RunAsync(Scene.Ask + "ask");

        run.Output.ShouldContain("HTTP/1.1 403");
        run.Output.ShouldMatch("nobody answered approval a-[0-9a-f]{12} in time");
        run.Error.ShouldContain("bartizan waits for approval a-");
        scene.Upstream.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("y", "HTTP/1.1 200", "ANSWERED")]
    [InlineData("n", "HTTP/1.1 403", "refused at the terminal")]
    public async Task An_ask_is_answered_at_the_persons_terminal(string answer, string status, string said)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script(1) is not installed");
        await using var scene = await Scene.OpenAsync();
        scene.WriteManifest(rules: AskRule);
        await File.WriteAllTextAsync(Path.Combine(scene.Project, "agent.sh"), Scene.Ask + "ask\n");
        await using var run = Running.Start(
            scene.Command("script", "-qec", $"dotnet {Scene.Program} run -- bash agent.sh", "/dev/null")
        );

        await run.SaysAsync("Allow this one action?");
        await run.Input.WriteAsync(answer);
        await run.Input.FlushAsync();
        var end = await run.EndAsync();

        end.Output.ShouldContain("model up/m1");
        end.Output.ShouldContain(status);
        end.Output.ShouldContain(said);
        scene.Upstream.Requests.Count.ShouldBe(answer == "y" ? 1 : 0);
    }

    [Fact]
    public async Task The_command_gone_kills_the_session()
    {
        await using var scene = await Scene.OpenAsync();
        await using var run = scene.StartRun("echo up; sleep 7141");
        await run.SaysAsync("up");

        run.Kill();

        await scene.QuietAsync();
        Scene.Processes("sleep 7141").ShouldBeEmpty();
        (await scene.LogAsync("kind:state"))
            .Select(e => e.ToJsonString())
            .ShouldContain(e => e.Contains("the command that ran it is gone"));
    }

    [Fact]
    public async Task The_command_gone_kills_the_session_even_when_the_agent_reads_nothing()
    {
        await using var scene = await Scene.OpenAsync();
        await using var run = scene.StartRun("echo up; sleep 7142");
        await run.SaysAsync("up");
        await run.Input.WriteAsync(new string('x', 64 * 1024));
        var rest = run.Input.WriteAsync(new string('x', 4 << 20));
        await Task.WhenAny(rest, Task.Delay(TimeSpan.FromSeconds(1)));

        run.Kill();

        await scene.QuietAsync();
        Scene.Processes("sleep 7142").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_detached_session_outlives_its_command()
    {
        await using var scene = await Scene.OpenAsync();
        await using var run = scene.StartRun("echo up; sleep 7143", "--detach");
        await run.SaysAsync("up");
        var session = await scene.SessionAsync();

        run.Kill();
        await run.EndAsync();

        (await scene.SessionsAsync()).Count.ShouldBe(1);
        Scene.Processes("sleep 7143").ShouldNotBeEmpty();
        (await scene.BartizanAsync("kill", session)).Code.ShouldBe(0);
        await scene.QuietAsync();
        Scene.Processes("sleep 7143").ShouldBeEmpty();
    }

    [Fact]
    public async Task An_interrupt_at_the_command_ends_the_session()
    {
        // A shell that puts the tests into the background starts them, and all that they start, with SIGINT ignored.
        Assert.SkipWhen(IgnoresInterrupts(), "SIGINT is ignored here, as in a shell's background job");
        await using var scene = await Scene.OpenAsync();
        await using var run = scene.StartRun("trap '' INT TERM; echo up; while :; do sleep 7144; done", "--json");
        await run.SaysAsync("up");

        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -INT {run.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        var end = await run.EndAsync();
        end.Error.ShouldContain("\"by\":\"bartizan\"");
        end.Error.ShouldContain("interrupted at the command");
        end.Code.ShouldNotBe(0);
        Scene.Processes("sleep 7144").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_terminals_interrupt_goes_to_the_agent_and_not_to_the_command()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "script(1) is not installed");
        await using var scene = await Scene.OpenAsync();
        await File.WriteAllTextAsync(
            Path.Combine(scene.Project, "agent.sh"),
            "trap 'echo interrupted inside; exit 5' INT\necho up\nwhile :; do sleep 0.1; done\n"
        );
        await using var run = Running.Start(
            scene.Command("script", "-qec", $"dotnet {Scene.Program} run -- bash agent.sh", "/dev/null")
        );
        await run.SaysAsync("up");

        await run.Input.WriteAsync("\u0003");
        await run.Input.FlushAsync();
        var end = await run.EndAsync();

        end.Output.ShouldContain("interrupted inside");
        end.Code.ShouldBe(5, end.ToString());
    }

    private const string AskRule = """
          - ask: model up/m1
            why: It costs.
        """;

    private static bool IgnoresInterrupts()
    {
        const ulong Interrupt = 1 << (2 - 1);
        const string Mask = "SigIgn:";
        var line = File.ReadLines("/proc/self/status").First(l => l.StartsWith(Mask, StringComparison.Ordinal));
        return (Convert.ToUInt64(line[Mask.Length..].Trim(), 16) & Interrupt) != 0;
    }
}
