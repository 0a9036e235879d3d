using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests.Code.Attacks;

/// <summary>An agent that sends its code where it may not go itself, or more often than it may.</summary>
public sealed class ReachAttacks
{
    [Fact]
    public async Task No_code_reaches_what_a_baseline_denies()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/node"), "node is not installed in /usr/bin");
        await using var scene = await Scene.OpenAsync();
        var (named, denied) = (FreePort.Next(), FreePort.Next());
        await using var hosts = await StdioServerTests.HostsAsync(scene, named, denied);
        await using var code = await OpenAsync(
            $"egress: [\"*.corp.example\", \"localhost:{named}\", \"localhost:{denied}\"]",
            $"deny: connect {{admin.corp.example:443,localhost:{denied}}}"
        );

        (await code.OutputAsync(Dial($"localhost:{named}"))).ShouldContain("200");
        (await code.OutputAsync(Dial("admin.corp.example:443"))).ShouldContain("403");

        var refusal = (await code.Scene.LogAsync("kind:refusal", "verb:connect")).ShouldHaveSingleItem();
        refusal["target"]!.GetValue<string>().ShouldBe("admin.corp.example:443");
        refusal["reason"]!.GetValue<string>().ShouldContain("baseline corp");
        (await code.OutputAsync(Dial($"localhost:{denied}"))).ShouldContain("403");
        var checkedOver = await code.Scene.BartizanAsync("check", code.Scene.ManifestPath);
        checkedOver.ToString().ShouldContain($"`localhost:{denied}` of `code` is never reached");
    }

    [Fact]
    public async Task What_a_host_may_have_is_one_sum_over_all_calls()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/node"), "node is not installed in /usr/bin");
        await using var scene = await Scene.OpenAsync();
        var port = FreePort.Next();
        await using var hosts = await StdioServerTests.HostsAsync(scene, port);
        await using var code = await OpenAsync(
            $"egress: [\"localhost:{port}\"]",
            "deny: exec rm",
            "hosts: { localhost: { rate: 2/h } }"
        );

        (await code.OutputAsync(Dial($"localhost:{port}"))).ShouldContain("200");
        (await code.OutputAsync(Dial($"localhost:{port}"))).ShouldContain("200");
        (await code.OutputAsync(Dial($"localhost:{port}"))).ShouldNotContain("200");

        var refusal = (await code.Scene.LogAsync("kind:refusal", "verb:connect")).ShouldHaveSingleItem();
        refusal["reason"]!.GetValue<string>().ShouldContain("`hosts.localhost.rate` is 2/h");
    }

    [Fact]
    public async Task What_a_baseline_asks_is_asked_of_a_person_for_code_too()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/node"), "node is not installed in /usr/bin");
        await using var scene = await Scene.OpenAsync();
        var port = FreePort.Next();
        await using var hosts = await StdioServerTests.HostsAsync(scene, port);
        await using var code = await OpenAsync(
            $"egress: [\"localhost:{port}\"]\n  limits: {{ wall_clock: 2m }}",
            $"ask: connect localhost:{port}"
        );
        var call = code.OutputAsync(Dial($"localhost:{port}"));
        var waiting = "";
        await Scene.UntilAsync(
            () =>
            {
                waiting = code.Scene.BartizanAsync("approvals", "--json").GetAwaiter().GetResult().Output;
                return waiting.Contains($"localhost:{port}", StringComparison.Ordinal);
            },
            "a person is asked"
        );
        call.IsCompleted.ShouldBeFalse();

        var ask = JsonNode.Parse(waiting)!["asks"]!.AsArray().ShouldHaveSingleItem()!;
        var yes = await code.Scene.BartizanAsync(
            "approvals",
            "approve",
            (string)ask["id"]!,
            "--digest",
            (string)ask["digest"]!
        );
        yes.Code.ShouldBe(0, yes.ToString());

        (await call).ShouldContain("200");
    }

    [Fact]
    public async Task No_server_reaches_what_a_baseline_denies_and_a_host_is_one_sum_with_its_agent()
    {
        await using var scene = await StdioServerTests.OpenAsync();
        var (named, denied) = (FreePort.Next(), FreePort.Next());
        await using var hosts = await StdioServerTests.HostsAsync(scene, named, denied);
        await File.WriteAllTextAsync(
            Path.Combine(scene.Project, "corp.yaml"),
            $"apiVersion: bartizan/v1\nrules:\n  - deny: connect {{admin.corp.example:443,localhost:{denied}}}\n    why: A test.\n"
        );
        await StdioServerTests.WriteAsync(
            scene,
            $"up: {{ command: {StdioServerTests.Command(scene)}, egress: [\"*.corp.example\", \"localhost:{named}\", \"localhost:{denied}\"] }}",
            "extends: ./corp.yaml\nhosts: { localhost: { rate: 2/h } }",
            $"  - allow: connect localhost:{named}\n    why: The agent's own."
        );
        using var attached = await StdioServerTests.Attached.OpenAsync(scene);

        (await attached.DoAsync("dial", $"{named}")).ShouldContain($"the host at {named}");
        (await attached.DoAsync("dial", $"{denied}")).ShouldContain("403");
        (await attached.DoAsync("dial", "443", "admin.corp.example")).ShouldContain("403");
        (await TunnelAsync(attached, named)).ShouldContain(" 200 ");
        (await attached.DoAsync("dial", $"{named}")).ShouldContain("429");

        await scene.UntilSaysAsync("hosts.localhost.rate", "log", "kind:refusal", "verb:connect", "--json");
        (await scene.LogAsync("kind:refusal", "verb:connect"))
            .Select(one => (string?)one["reason"])
            .ShouldContain(one => one!.Contains("`hosts.localhost.rate` is 2/h", StringComparison.Ordinal));
    }

    /// <summary>Opens a tunnel as the agent itself; what the proxy says first.</summary>
    private static async Task<string> TunnelAsync(StdioServerTests.Attached agent, int port)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(agent.Egress.Host, agent.Egress.Port);
        await using var stream = socket.GetStream();
        var credentials = Convert.ToBase64String(Encoding.ASCII.GetBytes($"session:{agent.Token}"));
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"CONNECT localhost:{port} HTTP/1.1\r\nHost: localhost:{port}\r\nProxy-Authorization: Basic {credentials}\r\n\r\n"
            )
        );
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadLineAsync() ?? "";
    }

    private static string Dial(string place) =>
        $"exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT {place} HTTP/1.1\\r\\nHost: {place}\\r\\n\\r\\n' >&3; head -1 <&3";

    private static async Task<CodeScene> OpenAsync(string more, string baseline, string above = "")
    {
        var code = await CodeScene.OpenAsync();
        await File.WriteAllTextAsync(
            Path.Combine(code.Scene.Project, "corp.yaml"),
            $"apiVersion: bartizan/v1\nrules:\n  - {baseline}\n    why: The baseline of this test.\n"
        );
        await File.WriteAllTextAsync(
            code.Scene.ManifestPath,
            CodeScene.Manifest(more, above: $"extends: ./corp.yaml\n{above}")
        );
        await code.AttachAsync();
        return code;
    }
}
