using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A real MCP server with its faults behind a running instance's tool gateway.</summary>
public sealed class ToolServerTests(ITestOutputHelper output)
{
    private const string Call =
        """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"message":"hi"}}}""";

    /// <summary>Of the daemon, at its highest.</summary>
    private const int MaxMegabytes = 200;

    [Theory]
    [InlineData("sse")]
    [InlineData("json")]
    public async Task Each_fault_of_a_real_server_is_contained(string mode)
    {
        var program = Path.Combine(RealClients.Harness, "mcp-upstream.mjs");
        Assert.SkipUnless(File.Exists(program), "the shared harness is not here: set BARTIZAN_SHARED");
        await using var scene = await Scene.OpenAsync();
        var port = FreePort.Next();
        await using var upstream = Running.Start(
            new ProcessStartInfo(
                "node",
                [program, "--port", $"{port}", "--mode", mode, "--require-key", Scene.ProviderKey]
            )
        );
        await RealClients.ReachableAsync(port);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: tools
            version: 1
            owner: tests@example.com
            environment: development
            servers:
              up: { url: "http://127.0.0.1:{{port}}/mcp", with: up-key }
            credentials:
              up-key: { from: env:UP_KEY }
            rules:
              - allow: tool up/echo
                why: The tool of this test.
            """
        );
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var attached = await scene.BartizanAsync("attach", "-m", scene.ManifestPath, "--json");
        attached.Code.ShouldBe(0, attached.Error);
        var reply = JsonNode.Parse(attached.Output)!;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var endpoint = (string)reply["endpoints"]!["mcp"]!["servers"]!["up"]!;
        var token = (string)reply["token"]!;
        var session = await OpenAsync(client, endpoint, token);

        (await CallAsync(client, endpoint, token, session)).ShouldContain("Echo: hi");
        foreach (
            var fault in new[]
            {
                "malformed",
                "cut",
                "badid",
                "wrongtype",
                "huge:16",
                "huge:300",
                "http:500",
                "http:429",
            }
        )
        {
            await SetAsync(fault);
            (await CallAsync(client, endpoint, token, session)).ShouldContain("\"error\"", customMessage: fault);
            (await CallAsync(client, endpoint, token, session)).ShouldContain("Echo: hi", customMessage: fault);
        }

        await SetAsync("slow:500");
        (await CallAsync(client, endpoint, token, session)).ShouldContain("Echo: hi");

        // A server that never answers holds one call, not the next ones.
        await SetAsync("hang");
        using (var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2)))
        {
            await Should.ThrowAsync<OperationCanceledException>(() =>
                SendAsync(client, endpoint, token, session, Call, patience.Token)
            );
        }

        // A server that the call hadn't reached when its client gave up holds the fault for the next one.
        await SetAsync("slow:1");
        (await CallAsync(client, endpoint, token, session)).ShouldContain("Echo: hi");
        var status = JsonNode.Parse((await scene.BartizanAsync("status", "--json")).Output)!;
        var peak = File.ReadLines($"/proc/{status["pid"]}/status")
            .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
        var kilobytes = int.Parse(
            peak.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
        output.WriteLine(peak);
        (kilobytes / 1024).ShouldBeLessThan(MaxMegabytes);

        var denied = await CallAsync(client, endpoint, token, session, "delete_all");
        denied.ShouldContain("It would take the rule `allow: tool up/delete_all`");
        await scene.UntilSaysAsync("refusal   tool up/delete_all", "log");
        var log = await scene.BartizanAsync("log");
        log.Output.ShouldContain("outcome   tool up/echo done result");
        log.Output.ShouldContain("outcome   tool up/echo failed");
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);

        async Task SetAsync(string fault)
        {
            using var set = await client.PostAsync(
                new Uri($"http://127.0.0.1:{port}/__up/fault"),
                new StringContent($$"""{"spec":"{{fault}}*1"}""")
            );
        }
    }

    [Fact]
    public async Task A_server_that_a_command_starts_runs_in_a_sandbox_of_its_own_and_is_gone_with_its_session()
    {
        var program = Path.Combine(RealClients.Harness, "mcp-upstream.mjs");
        Assert.SkipUnless(File.Exists(program), "the shared harness is not here: set BARTIZAN_SHARED");
        await using var scene = await Scene.OpenAsync();
        var outside = FreePort.Next();
        await using var listening = Running.Start(new ProcessStartInfo("node", [program, "--port", $"{outside}"]));
        await RealClients.ReachableAsync(outside);
        var marker = $"stdio-{Guid.NewGuid():n}";
        var probe = Path.Combine(scene.Root, "probe.mjs");
        await File.WriteAllTextAsync(probe, Probe);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: tools
            version: 1
            owner: tests@example.com
            environment: development
            servers:
              up: { command: [node, "{{program}}", --stdio], egress: [] }
              probe: { command: [node, "{{probe}}", "{{marker}}", "{{scene.ManifestPath}}", "{{outside}}"], credentials: { PROBE_KEY: up-key } }
            credentials:
              up-key: { from: env:UP_KEY }
            rules:
              - allow: tool up/echo
                why: The tool of this test.
              - allow: tool probe/look
                why: It says what a server sees of the host.
            """
        );
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var attached = await scene.BartizanAsync("attach", "-m", scene.ManifestPath, "--json");
        attached.Code.ShouldBe(0, attached.Error);
        var reply = JsonNode.Parse(attached.Output)!;
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var all = (string)reply["endpoints"]!["mcp"]!["all"]!;
        var token = (string)reply["token"]!;
        // Who starts too slowly is left out of an MCP session for a while: another one asks it again.
        using var limit = new CancellationTokenSource(Running.Limit);
        string echo,
            seen;
        do
        {
            var session = await OpenAsync(client, all, token);
            echo = await CallAsync(client, all, token, session, "up__echo");
            seen = await CallAsync(client, all, token, session, "probe__look");
        } while (!(echo.Contains("Echo: hi") && seen.Contains("file: ")) && !limit.IsCancellationRequested);

        echo.ShouldContain("Echo: hi");
        seen.ShouldContain("file: ENOENT");
        seen.ShouldContain("loopback: ECONNREFUSED");
        seen.ShouldContain("key: there");
        seen.ShouldNotContain(Scene.ProviderKey);
        seen.ShouldNotContain(token);
        HostProcesses(marker).ShouldNotBeEmpty();

        (await scene.BartizanAsync("kill", (string)reply["session"]!)).Code.ShouldBe(0);

        HostProcesses(marker).ShouldBeEmpty();
        var log = await scene.BartizanAsync("log");
        log.Output.ShouldContain("tool server `probe` of session");
        log.Output.ShouldContain("verified empty");
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
        (await scene.LogAsync("kind:receipt")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_client_that_starts_a_process_speaks_to_the_servers_by_it_in_both_eras()
    {
        var program = Path.Combine(RealClients.Harness, "mcp-upstream.mjs");
        Assert.SkipUnless(File.Exists(program), "the shared harness is not here: set BARTIZAN_SHARED");
        await using var scene = await Scene.OpenAsync();
        var port = FreePort.Next();
        await using var upstream = Running.Start(new ProcessStartInfo("node", [program, "--port", $"{port}"]));
        await RealClients.ReachableAsync(port);
        await File.WriteAllTextAsync(
            scene.ManifestPath,
            $$"""
            apiVersion: bartizan/v1
            agent: tools
            version: 1
            owner: tests@example.com
            environment: development
            servers:
              up: { url: "http://127.0.0.1:{{port}}/mcp" }
            rules:
              - allow: tool up/{echo,test_reconnection}
                why: The tools of this test.
            """
        );
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        var attached = await scene.BartizanAsync("attach", "-m", scene.ManifestPath, "--json");
        attached.Code.ShouldBe(0, attached.Error);
        var reply = JsonNode.Parse(attached.Output)!;
        var (all, token) = ((string)reply["endpoints"]!["mcp"]!["all"]!, (string)reply["token"]!);
        const string Meta =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\",\"io.modelcontextprotocol/clientCapabilities\":{}}";

        var session = await SpeakAsync(
            scene,
            all,
            token,
            ["--server", "up"],
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""",
            """{"jsonrpc":"2.0","method":"notifications/initialized"}""",
            "{ no json",
            """{"jsonrpc":"2.0","id":"two","method":"tools/list"}""",
            """{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","arguments":{"message":"hi"}}}""",
            """{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"test_reconnection","arguments":{}}}""",
            """{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"delete_all","arguments":{}}}"""
        );
        var stateless = await SpeakAsync(
            scene,
            all,
            token,
            [],
            $$$"""{"jsonrpc":"2.0","id":0,"method":"tools/list","params":{{{{Meta}}}}}""",
            $$$"""{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"up__echo","arguments":{"message":"hi"},{{{Meta}}}}}"""
        );
        var stranger = await SpeakAsync(scene, all, "guessed", [], """{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        var nobody = await SpeakAsync(scene, "", token, []);

        session.Code.ShouldBe(0, session.ToString());
        session.Output.ShouldContain("-32700");
        session.Output.ShouldContain("Echo: hi");
        session.Output.ShouldContain("answer after reconnection");
        session.Output.ShouldContain("refused `tool up/delete_all`");
        session
            .Output.Trim()
            .Split('\n')
            .Select(line => JsonNode.Parse(line)!["id"]?.ToJsonString())
            .Where(id => id is not null)
            .Order(StringComparer.Ordinal)
            .ShouldBe(["\"two\"", "1", "3", "4", "5"]);
        stateless.Code.ShouldBe(0, stateless.ToString());
        stateless.Output.ShouldContain("up__echo");
        stateless.Output.ShouldContain("Echo: hi");
        stranger.Code.ShouldBe(1);
        nobody.Code.ShouldBe(2);
    }

    private static async Task<Finished> SpeakAsync(
        Scene scene,
        string all,
        string token,
        string[] options,
        params string[] lines
    )
    {
        var start = scene.Command("dotnet", [Scene.Program, "mcp", .. options]);
        start.Environment["BARTIZAN_MCP"] = all;
        start.Environment["BARTIZAN_TOKEN"] = token;
        await using var end = Running.Start(start);
        foreach (var line in lines)
        {
            try
            {
                await end.Input.WriteLineAsync(line);
            }
            catch (IOException)
            {
                // It had nothing to wait for.
            }
        }

        end.Input.Close();
        return await end.EndAsync();
    }

    // A server of few lines that says what it sees of the host.
    private const string Probe = """
        import fs from 'node:fs'; import net from 'node:net'; import readline from 'node:readline';
        const [, , , file, port] = process.argv;
        const say = (m) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...m }) + '\n');
        const dial = () => new Promise((done) => { const s = net.connect(+port, '127.0.0.1', () => done('open')); s.on('error', (e) => done(e.code)); });
        readline.createInterface({ input: process.stdin }).on('line', async (line) => {
          const m = JSON.parse(line);
          if (m.method === 'initialize') say({ id: m.id, result: { protocolVersion: m.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'probe', version: '1' } } });
          else if (m.method === 'tools/list') say({ id: m.id, result: { tools: [{ name: 'look', description: 'Says what it sees', inputSchema: { type: 'object' } }] } });
          else if (m.method === 'tools/call') {
            let read; try { fs.readFileSync(file); read = 'readable'; } catch (e) { read = e.code; }
            const key = process.env.PROBE_KEY;
            console.error(key);
            say({ id: m.id, result: { content: [{ type: 'text', text: `file: ${read} loopback: ${await dial()} key: ${key ? 'there' : 'missing'} ${key} ${JSON.stringify(process.env)}` }] } });
          } else if (m.id !== undefined) say({ id: m.id, error: { code: -32601, message: 'no' } });
        });
        """;

    private static List<string> HostProcesses(string marker)
    {
        var found = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => char.IsAsciiDigit(f[6])))
        {
            try
            {
                var words = File.ReadAllText(Path.Combine(folder, "cmdline"));
                if (words.Contains(marker, StringComparison.Ordinal))
                {
                    found.Add(words);
                }
            }
            catch (IOException)
            {
                // Gone meanwhile.
            }
        }

        return found;
    }

    private static async Task<string> OpenAsync(HttpClient client, string endpoint, string token)
    {
        const string Initialize =
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";
        using var response = await SendAsync(client, endpoint, token, null, Initialize);
        response.EnsureSuccessStatusCode();
        return response.Headers.GetValues("mcp-session-id").Single();
    }

    private static async Task<string> CallAsync(
        HttpClient client,
        string endpoint,
        string token,
        string session,
        string tool = "echo"
    )
    {
        var body = Call.Replace("echo", tool, StringComparison.Ordinal);
        using var response = await SendAsync(client, endpoint, token, session, body);
        return await response.Content.ReadAsStringAsync();
    }

    private static async Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        string endpoint,
        string token,
        string? session,
        string body,
        CancellationToken cancellationToken = default
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("accept", "application/json, text/event-stream");
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {token}");
        if (session is not null)
        {
            request.Headers.TryAddWithoutValidation("mcp-session-id", session);
        }

        return await client.SendAsync(request, cancellationToken);
    }
}
