using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests.Code;

/// <summary>An instance whose one agent, outside, has the code tool and calls it as MCP clients do.</summary>
internal sealed class CodeScene : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Running.Limit };

    private string _endpoint = "";

    private CodeScene(Scene scene) => Scene = scene;

    public Scene Scene { get; }

    public string Session { get; private set; } = "";

    public string Token { get; private set; } = "";

    public static async Task<CodeScene> OpenAsync(string more = "", string rule = "allow: tool code/run")
    {
        var code = new CodeScene(await Scene.OpenAsync());
        await File.WriteAllTextAsync(code.Scene.ManifestPath, Manifest(more, rule));
        (await code.Scene.BartizanAsync("up")).Code.ShouldBe(0);
        await code.AttachAsync();
        return code;
    }

    public static string Manifest(string more = "", string rule = "allow: tool code/run", string above = "") =>
        $$"""
            apiVersion: bartizan/v1
            agent: coder
            version: 1
            owner: tests@example.com
            environment: development
            {{above}}
            code:
              languages: { bash: [/bin/bash] }
              {{more}}
            rules:
              - {{rule}}
                why: The tool of this test.
            """;

    /// <summary>A session more; from here on it is the one that calls.</summary>
    public async Task AttachAsync()
    {
        var attached = await Scene.BartizanAsync("attach", "-m", Scene.ManifestPath, "--json");
        attached.Code.ShouldBe(0, attached.ToString());
        var reply = JsonNode.Parse(attached.Output)!;
        _endpoint = (string)reply["endpoints"]!["mcp"]!["servers"]!["code"]!;
        Token = (string)reply["token"]!;
        Session = (string)reply["session"]!;
    }

    /// <summary>Runs code; what the tool gives.</summary>
    public async Task<JsonNode> RunAsync(string code, string stdin = "", string language = "bash")
    {
        var answer = await CallAsync(code, stdin, language, CancellationToken.None);
        return JsonNode.Parse(answer)!["result"]?["structuredContent"] ?? throw new InvalidOperationException(answer);
    }

    /// <summary>What it wrote to standard output.</summary>
    public async Task<string> OutputAsync(string code, string stdin = "", string language = "bash") =>
        (string)(await RunAsync(code, stdin, language))["stdout"]!;

    /// <summary>Calls it; the whole answer.</summary>
    public async Task<string> CallAsync(string code, string stdin, string language, CancellationToken cancellationToken)
    {
        var arguments = JsonSerializer.Serialize(
            new
            {
                language,
                code,
                stdin,
            }
        );
        using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint);
        request.Content = new StringContent(
            """{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"name":"run","arguments":ARGUMENTS}}""".Replace(
                "ARGUMENTS",
                arguments,
                StringComparison.Ordinal
            ),
            Encoding.UTF8,
            "application/json"
        );
        foreach (
            var (name, value) in new[]
            {
                ("accept", "application/json, text/event-stream"),
                ("authorization", $"Bearer {Token}"),
                ("mcp-protocol-version", "2026-07-28"),
                ("mcp-method", "tools/call"),
                ("mcp-name", "run"),
            }
        )
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await _http.SendAsync(request, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>A script that says a mark in its command line and waits.</summary>
    public static string Waiting(string mark) => $"bash -c 'sleep 600; : {mark}'";

    /// <summary>Waits until code is there, or gone.</summary>
    public static Task UntilAsync(string mark, bool isThere) =>
        Scene.UntilAsync(
            () => Scene.Processes(mark).Count > 0 == isThere,
            isThere ? "the code runs" : "the code is gone"
        );

    /// <summary>The sessions in which code ran, with how they began.</summary>
    public async Task<IReadOnlyList<JsonNode>> SiblingsAsync() =>
        [
            .. (await Scene.LogAsync("kind:state")).Where(one =>
                ((string?)one["reason"])?.StartsWith("code in ", StringComparison.Ordinal) == true
            ),
        ];

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Scene.DisposeAsync();
    }
}
