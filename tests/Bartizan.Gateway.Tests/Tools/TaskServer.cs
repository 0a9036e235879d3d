using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>A server that makes a task of every call that asks for one, in both eras, and a client that follows it.</summary>
internal sealed class TaskServer : IAsyncDisposable
{
    private const string Times = "\"createdAt\":\"2026-01-01T00:00:00Z\",\"lastUpdatedAt\":\"2026-01-01T00:00:01Z\"";
    private int _ids = 1;

    private TaskServer(ScriptedUpstream upstream) => Upstream = upstream;

    public ScriptedUpstream Upstream { get; }

    /// <summary>The task that the next call becomes.</summary>
    public string Next { get; set; } = "t-1";

    /// <summary>Where it stands.</summary>
    public string Status { get; set; } = "working";

    /// <summary>What the call brings, of the session era and of the stateless one.</summary>
    public string Result { get; set; } = """{"content":[{"type":"text","text":"done"}]}""";

    /// <summary>What it says of a task beside how it stands.</summary>
    public string More { get; set; } = "";

    /// <summary>Tasks that it knows of, this client's or not.</summary>
    public ConcurrentQueue<string> Known { get; } = new(["of-another"]);

    /// <summary>Sent on the stream before a task's result.</summary>
    public string[] Before { get; set; } = [];

    public static async Task<TaskServer> StartAsync()
    {
        var server = new TaskServer(await ScriptedUpstream.StartAsync());
        server.Upstream.Answer = server.AnswerAsync;
        return server;
    }

    /// <summary>Opens an MCP session.</summary>
    public static async Task<string> OpenAsync(ToolsUnderTest house, string token = ToolsUnderTest.Token)
    {
        using var opened = await house.SendAsync(
            """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{},"tasks":{"requests":{}}}}}""",
            token: token,
            to: To(house, token)
        );
        ((int)opened.StatusCode).ShouldBe(200);
        return opened.Headers.GetValues("mcp-session-id").Single();
    }

    /// <summary>Asks something within it.</summary>
    public async Task<JsonObject> AskAsync(
        ToolsUnderTest house,
        string session,
        string method,
        string parameters,
        string token = ToolsUnderTest.Token
    )
    {
        var id = Interlocked.Increment(ref _ids);
        using var response = await house.SendAsync(
            $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""",
            r => r.Headers.Add("mcp-session-id", session),
            token: token,
            to: To(house, token)
        );
        return await ToolsUnderTest.AnswerAsync(response);
    }

    /// <summary>Calls a tool as a task; the task's id.</summary>
    public async Task<string> CallAsync(ToolsUnderTest house, string session, string tool = "find")
    {
        var answer = await AskAsync(house, session, "tools/call", Call(tool));
        return (string)answer["result"]!["task"]!["taskId"]!;
    }

    public static string Call(string tool) => $$$"""{"name":"{{{tool}}}","arguments":{},"task":{"ttl":60000}}""";

    public static string Of(string task) => $$"""{"taskId":"{{task}}"}""";

    public ValueTask DisposeAsync() => Upstream.DisposeAsync();

    private static System.Net.IPEndPoint? To(ToolsUnderTest house, string token) =>
        token == ToolsUnderTest.Token ? null : house.Gateway.AttachEndpoint;

    private Task AnswerAsync(HttpContext context)
    {
        var said = Upstream.Requests.Last().Body;
        if (said.Length == 0 || JsonNode.Parse(said) is not { } message || message["id"] is not { } number)
        {
            context.Response.StatusCode = said.Length == 0 ? 405 : 202;
            return Task.CompletedTask;
        }

        var id = number.ToJsonString();
        var stateless = context.Request.Headers["mcp-protocol-version"] == "2026-07-28";
        var task = (string?)message["params"]?["taskId"];
        switch ((string?)message["method"])
        {
            case "initialize":
                context.Response.Headers["mcp-session-id"] = "s-upstream";
                return ToolCallTests.Result(
                    context,
                    """{"protocolVersion":"2025-11-25","capabilities":{"tasks":{}}}""",
                    id
                );
            case "tools/call":
                Known.Enqueue(Next);
                var made = State(Next, "working", stateless);
                return ToolCallTests.Result(
                    context,
                    stateless ? "{\"resultType\":\"task\"," + made + "}" : "{\"task\":{" + made + "}}",
                    id
                );
            case "tasks/list":
                var rows = Known.Select(one => $"{{{State(one, Status, false)}}}");
                return ToolCallTests.Result(context, $$"""{"tasks":[{{string.Join(',', rows)}}]}""", id);
            case "tasks/result":
                return Before.Length == 0
                    ? ToolCallTests.Result(context, Result, id)
                    : ScriptedUpstream.StreamAsync(
                        context,
                        [.. Before, $"data: {{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{Result}}}\n\n"]
                    );
            case "tasks/cancel" when !stateless:
                return ToolCallTests.Result(context, $"{{{State(task!, "cancelled", false)}}}", id);
            case "tasks/get":
                return ToolCallTests.Result(context, $"{{{State(task!, Status, stateless)}{Details(stateless)}}}", id);
            default:
                return ToolCallTests.Result(context, """{"resultType":"complete"}""", id);
        }
    }

    private string Details(bool stateless) =>
        !stateless ? ""
        : Status == "completed" ? $",\"result\":{Result}"
        : Status == "failed" ? $",\"error\":{Result}"
        : Status == "input_required" ? $",\"inputRequests\":{Result}"
        : "";

    private string State(string task, string status, bool stateless) =>
        $"\"taskId\":\"{task}\",\"status\":\"{status}\",{Times},\"{(stateless ? "ttlMs" : "ttl")}\":60000{More}";
}
