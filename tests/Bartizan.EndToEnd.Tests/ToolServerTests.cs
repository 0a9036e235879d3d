using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>A real MCP server with its faults behind a running instance's tool gateway.</summary>
public sealed class ToolServerTests(RealClients clients, ITestOutputHelper output) : IClassFixture<RealClients>
{
    private const string Call =
        """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{"message":"hi"}}}""";

    [Fact]
    public async Task Each_fault_of_a_real_server_is_contained()
    {
        var program = Path.Combine(RealClients.Harness, "mcp-upstream.mjs");
        Assert.SkipUnless(File.Exists(program), "the shared harness is not here: set BARTIZAN_SHARED");
        await using var scene = await Scene.OpenAsync();
        var port = RealClients.FreePort();
        await using var upstream = Running.Start(
            new ProcessStartInfo("node", [program, "--port", $"{port}", "--require-key", Scene.ProviderKey])
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
        foreach (var fault in new[] { "malformed", "cut", "badid", "wrongtype", "huge:16", "http:500", "http:429" })
        {
            using var set = await client.PostAsync(
                new Uri($"http://127.0.0.1:{port}/__up/fault"),
                new StringContent($$"""{"spec":"{{fault}}*1"}""")
            );
            (await CallAsync(client, endpoint, token, session)).ShouldContain("\"error\"", customMessage: fault);
            (await CallAsync(client, endpoint, token, session)).ShouldContain("Echo: hi", customMessage: fault);
        }

        var denied = await CallAsync(client, endpoint, token, session, "delete_all");
        denied.ShouldContain("It would take the rule `allow: tool up/delete_all`");
        var log = await scene.BartizanAsync("log");
        log.Output.ShouldContain("outcome   tool up/echo done result");
        log.Output.ShouldContain("outcome   tool up/echo failed");
        log.Output.ShouldContain("refusal   tool up/delete_all");
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
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
        string body
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

        return await client.SendAsync(request);
    }
}
