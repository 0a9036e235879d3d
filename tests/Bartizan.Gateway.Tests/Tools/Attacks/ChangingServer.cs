using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tools;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools.Attacks;

/// <summary>A tool server whose definitions the test changes under way.</summary>
internal sealed class ChangingServer : IAsyncDisposable
{
    /// <summary>A definition that a person has seen.</summary>
    public const string Good = """{"name":"echo","description":"Says it again.","inputSchema":{"type":"object"}}""";

    private readonly ScriptedUpstream _upstream;
    private int _lists;
    private int _calls;

    private ChangingServer(ScriptedUpstream upstream, string tools)
    {
        _upstream = upstream;
        Tools = tools;
    }

    public string Tools { get; set; }

    public string? SecondPage { get; set; }

    public string? Whole { get; set; }

    public string? Says { get; set; }

    public string Opened { get; set; } = "{}";

    public bool Endless { get; set; }

    public int Lists => _lists;

    public int Calls => _calls;

    public SeenTools Pins { get; } = new();

    public static async Task<ChangingServer> StartAsync(string tools)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        var server = new ChangingServer(upstream, tools);
        upstream.Answer = server.AnswerAsync;
        return server;
    }

    public Task<ToolsUnderTest> HouseAsync(string rules = "allow: tool up/echo", TimeSpan? heldFor = null)
    {
        var options = new ToolGatewayOptions { Pins = _ => Pins };
        return ToolsUnderTest.StartAsync(_upstream.Url, rules, options with { HeldFor = heldFor ?? options.HeldFor });
    }

    public ValueTask DisposeAsync() => _upstream.DisposeAsync();

    private Task AnswerAsync(HttpContext context)
    {
        var request = JsonNode.Parse(_upstream.Requests.Last().Body)!;
        var result = (string?)request["method"] switch
        {
            "tools/list" => List(request),
            "initialize" => Opened,
            _ => CallIt(),
        };
        var answer = $$"""{"jsonrpc":"2.0","id":{{request["id"]!.ToJsonString()}},"result":{{result}}}""";
        if (Says is not { } says)
        {
            return ScriptedUpstream.JsonAsync(context, answer);
        }

        Says = null;
        context.Response.ContentType = "text/event-stream";
        return context.Response.WriteAsync($"data: {says}\n\ndata: {answer}\n\n");
    }

    private string CallIt()
    {
        Interlocked.Increment(ref _calls);
        return """{"content":[]}""";
    }

    private string List(JsonNode request)
    {
        Interlocked.Increment(ref _lists);
        var second = request["params"]?["cursor"] is not null;
        return Whole
            ?? (
                Endless ? $$"""{"tools":[{{Tools}}],"nextCursor":"c{{_lists}}"}"""
                : second ? $$"""{"tools":[{{SecondPage}}]}"""
                : SecondPage is not null ? $$"""{"tools":[{{Tools}}],"nextCursor":"2"}"""
                : $$"""{"tools":[{{Tools}}]}"""
            );
    }
}
