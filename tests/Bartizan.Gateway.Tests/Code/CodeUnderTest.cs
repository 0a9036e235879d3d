using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Code;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tests.Tools;
using Bartizan.Gateway.Tools;

namespace Bartizan.Gateway.Tests.Code;

/// <summary>A tool gateway with a code tool, and somebody who stands where the sandboxes are.</summary>
internal sealed class CodeUnderTest : ICodeRuns, IAsyncDisposable
{
    private ToolsUnderTest _house = null!;
    private Task<string>? _opened;

    public ToolsUnderTest House => _house;

    /// <summary>What was run, with the passage that let it.</summary>
    public ConcurrentQueue<(CodeCall Call, long Passage)> Ran { get; } = new();

    /// <summary>What comes of a call.</summary>
    public Func<CodeCall, CancellationToken, Task<CodeResult>> Answer { get; set; } =
        static (call, _) => Task.FromResult(Wrote(Encoding.UTF8.GetString(call.Code.Span)));

    public static async Task<CodeUnderTest> StartAsync(string rules = "allow: tool code/run", string code = Usual)
    {
        var under = new CodeUnderTest();
        under._house = await ToolsUnderTest.StartAsync(
            new Uri("http://127.0.0.1:9/"),
            rules,
            new ToolGatewayOptions { Code = under },
            more: $"code: {{ {code} }}"
        );
        return under;
    }

    public const string Usual = "languages: { python: [python3], bash: [bash] }";

    public static CodeResult Wrote(string output, int code = 0) =>
        new(CodeEnding.Exited, code, Stream(output), Stream(""));

    public static CodeStream Stream(string text, int more = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return new CodeStream(bytes, bytes.Length + more);
    }

    public Task<CodeResult> RunAsync(
        Session session,
        ToolServer server,
        CodeCall call,
        long passage,
        CancellationToken cancellationToken
    )
    {
        Ran.Enqueue((call, passage));
        return Answer(call, cancellationToken);
    }

    /// <summary>A call of the stateless era.</summary>
    public Task<JsonObject> CallAsync(string arguments) =>
        _house.AskAsync("tools/call", $$"""{"name":"run","arguments":{{arguments}}}""", server: "code");

    /// <summary>A message of an MCP session.</summary>
    public async Task<HttpResponseMessage> SayAsync(string message)
    {
        var opened = await (_opened ??= OpenAsync());
        return await _house.SendAsync(message, r => r.Headers.Add("mcp-session-id", opened), "code");
    }

    private async Task<string> OpenAsync()
    {
        using var opened = await _house.SendAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""",
            server: "code"
        );
        return opened.Headers.GetValues("mcp-session-id").Single();
    }

    public ValueTask DisposeAsync() => _house.DisposeAsync();
}
