using System.Text.Json;

namespace Bartizan.EndToEnd.Tests.Code;

/// <summary>Generated code by a running instance: what a call gives, what the log says of it, what it may be given.</summary>
public sealed class CodeTests
{
    [Fact]
    public async Task A_call_gives_streams_and_exit_code_and_the_log_names_its_sandbox_and_what_ran_in_it()
    {
        await using var code = await CodeScene.OpenAsync();

        var value = await code.RunAsync("read word; echo \"got $word\"; echo bad >&2; /bin/true; exit 3", "it\n");

        value.ToJsonString().ShouldBe("""{"exit_code":3,"ended":"by itself","stdout":"got it\n","stderr":"bad\n"}""");
        var sibling = (await code.SiblingsAsync()).ShouldHaveSingleItem();
        var intent = (await code.Scene.LogAsync("kind:intent", "tool:code/run")).ShouldHaveSingleItem();
        ((string?)intent["session"]).ShouldBe(code.Session);
        ((string?)sibling["reason"]).ShouldBe(
            $"code in `bash` for passage {intent["passage"]!.ToJsonString()} of session {code.Session}"
        );
        var own = (string)sibling["session"]!;
        own.ShouldNotBe(code.Session);
        var receipt = (await code.Scene.LogAsync("kind:receipt")).ShouldHaveSingleItem();
        ((string?)receipt["session"]).ShouldBe(own);
        var shown = await code.Scene.BartizanAsync("log", "show", own);
        shown.Output.ShouldContain("/bin/true", customMessage: shown.ToString());
        shown.Output.ShouldContain("verified empty by");
        (await code.Scene.BartizanAsync("log", "show", code.Session)).Output.ShouldContain(own);
        (await code.Scene.SessionsAsync()).ShouldHaveSingleItem();
        (await code.Scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Code_of_a_run_reads_the_workspace_where_the_manifest_says_so_and_changes_nothing()
    {
        await using var scene = await Scene.OpenAsync();
        var script = "cat /workspace/notes.txt; echo x > /workspace/new || echo DENIED; ls /workspace";

        var shown = await AgentAsync(scene, "workspace: read-only", script);
        var hidden = await AgentAsync(scene, "", script);

        shown.ShouldContain("first line");
        shown.ShouldContain("DENIED");
        hidden.ShouldNotContain("first line");
        hidden.ShouldNotContain("DENIED");
        hidden.ShouldContain("new");
        hidden.ShouldNotContain("call.json");
    }

    [Fact]
    public async Task Code_knows_nothing_of_its_agents_token_and_reaches_none_of_its_ways_out()
    {
        await using var scene = await Scene.OpenAsync();

        var said = await AgentAsync(
            scene,
            "",
            """
            env; cat /proc/*/environ 2>/dev/null | tr '\0' '\n'; ls -a /home/agent /code
            for p in 53 80 443 3128 5432 8080 8081; do (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null && echo "OPEN $p"; done
            (exec 3<>/dev/udp/127.0.0.1/53; echo x >&3; read -t 1 -u 3 && echo "OPEN dns") 2>/dev/null
            cat /proc/net/dev | grep -v -e lo: -e Inter -e face && echo "OPEN interface"; echo end
            """
        );

        said.ShouldContain("end");
        said.ShouldNotContain("OPEN");
        var token = File.ReadAllText(Path.Combine(scene.Root, "token")).Trim();
        token.Length.ShouldBeGreaterThan(20);
        said.ShouldNotContain(token);
        said.ShouldNotContain("TOKEN");
        said.ShouldNotContain("API_KEY");
        said.ShouldNotContain("PROXY", Case.Insensitive);
    }

    [Fact]
    public async Task Code_runs_in_a_container_when_the_manifest_says_so_whatever_its_agent_is_in()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/podman"), "podman is not installed");
        Assert.SkipUnless(File.Exists("/usr/bin/dpkg"), "the image is made of Debian packages, and this host has none");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "containers need root");
        var image = ContainerRunTests.Run("sh", Path.Combine(AppContext.BaseDirectory, "debian-image.sh"));
        await using var code = await CodeScene.OpenAsync($"isolation: oci\n  image: {image}");

        var value = await code.RunAsync(
            "id -u; ls /workspace; echo x > /workspace/y && cat /workspace/y; cat /code/program.bash | wc -l; for p in 80 443 3128 5432 8080 8081; do (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null && echo OPEN; done; unshare -r true 2>/dev/null && echo NESTED; :"
        );

        ((string?)value["stdout"]).ShouldBe("10000\nx\n0\n", value.ToJsonString());
        (await code.Scene.LogAsync("kind:receipt"))
            .ShouldHaveSingleItem()
            .ToJsonString()
            .ShouldContain("engine: podman");
    }

    [Fact]
    public async Task Code_reaches_the_hosts_that_the_manifest_names_and_no_other()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/node"), "node is not installed in /usr/bin");
        await using var scene = await Scene.OpenAsync();
        var (named, other) = (FreePort.Next(), FreePort.Next());
        await using var hosts = await StdioServerTests.HostsAsync(scene, named, other);
        await using var code = await CodeScene.OpenAsync($"egress: [\"localhost:{named}\"]");
        string Dial(int port) =>
            $"exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT localhost:{port} HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\\r\\n' >&3; head -1 <&3";

        (await code.OutputAsync(Dial(named))).ShouldContain("200");
        (await code.OutputAsync(Dial(other))).ShouldContain("403");
        (
            await code.OutputAsync(
                "for p in 8080 8081 5432; do (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null && head -c 1 <&3 && echo OPEN; done; echo end"
            )
        ).ShouldBe("end\n");

        (await code.Scene.LogAsync("kind:refusal", "verb:connect")).ShouldHaveSingleItem()["session"]!
            .GetValue<string>()
            .ShouldNotBe(code.Session);
    }

    // The agent is inside, and calls the tool by the bridge that the sandbox shows; what it prints is the tool's answer.
    private static async Task<string> AgentAsync(Scene scene, string more, string code)
    {
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            CodeScene.Manifest(
                more,
                above: "run: { client: generic, tools: stdio, workspace: { path: ., mode: staged } }"
            ) + $"\n{Scene.Files}"
        );
        var arguments = JsonSerializer.Serialize(new { language = "bash", code });
        await File.WriteAllTextAsync(
            Path.Combine(scene.Project, "call.json"),
            """
            {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}
            {"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"run","arguments":ARGUMENTS}}

            """.Replace("ARGUMENTS", arguments, StringComparison.Ordinal)
        );
        var run = await scene.RunAsync(
            "bartizan mcp --server code <call.json; echo; echo \"TOKEN $ANTHROPIC_API_KEY\""
        );
        run.Code.ShouldBe(0, run.ToString());
        var parts = run.Output.Split("TOKEN ");
        await File.WriteAllTextAsync(Path.Combine(scene.Root, "token"), parts[1]);
        return parts[0];
    }
}
