using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.Gateway.Tests.Tools;

public sealed class JoinedListeningTests
{
    private const string Updated =
        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"test://r\"}}\n\n";

    [Fact]
    public async Task A_server_that_is_opened_later_is_heard_on_the_open_stream_and_its_tools_are_news()
    {
        await using var upstream = await JoinedTests.TwoAsync();
        var (usual, calls) = (upstream.Answer, 0);
        upstream.Answer = context =>
        {
            var isOther = context.Request.Path == "/other";
            if (context.Request.Method == "GET")
            {
                context.Response.StatusCode = 405;
                return isOther && calls > 1 ? ListenAsync(context) : Task.CompletedTask;
            }

            if (!isOther || !upstream.Requests.Last(r => r.Target == "/other").Text.Contains("tools/call"))
            {
                return usual(context);
            }

            // It forgets the first session, and has a new one for the next call.
            context.Response.StatusCode = 404;
            return ++calls > 1 ? OkAsync(context) : Task.CompletedTask;

            Task OkAsync(Microsoft.AspNetCore.Http.HttpContext c)
            {
                c.Response.StatusCode = 200;
                return usual(c);
            }

            Task ListenAsync(Microsoft.AspNetCore.Http.HttpContext c)
            {
                c.Response.StatusCode = 200;
                return ScriptedUpstream.StreamAsync(c, Updated);
            }
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*\nallow: tool other/*");
        var session = await JoinedTests.OpenAsync(house);
        using var stop = new CancellationTokenSource(Wait.Long);
        var heard = house.ReadEventsAsync(session, 2, stop.Token);
        await upstream.Requests.WaitForAsync(r => r.Method == "GET" && r.Target == "/other");

        await CallAsync(house, session);
        calls++;
        await CallAsync(house, session);

        var events = await heard;
        // Two servers' streams are joined: neither waits for the other.
        events
            .Select(e => (string)(e["params"]?["uri"] ?? e["method"])!)
            .ShouldBe(["notifications/tools/list_changed", "other+test://r"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_resource_is_watched_without_a_session_at_the_server_that_its_address_names()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = async c =>
        {
            await ScriptedUpstream.StreamAsync(c, c.Request.Path == "/mcp" ? Updated : ": nothing\n\n");
            await Task.Delay(Timeout.InfiniteTimeSpan, c.RequestAborted)
                .ContinueWith(static _ => { }, TaskScheduler.Default);
        };
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            "allow: tool up/resources/subscribe\nallow: tool other/*"
        );

        using (var response = await SubscribeAsync(house, "up+test://r"))
        {
            using var limit = new CancellationTokenSource(Wait.Long);
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(limit.Token));
            var (first, second) = (await NextAsync(reader, limit.Token), await NextAsync(reader, limit.Token));
            ((string)first["method"]!).ShouldBe("notifications/subscriptions/acknowledged");
            ((string)first["params"]!["notifications"]!["resourceSubscriptions"]![0]!).ShouldBe("up+test://r");
            ((string)second["params"]!["uri"]!).ShouldBe("up+test://r");
        }

        await upstream.Requests.WaitForAsync(r => r.Target == "/other");
        Wanted(upstream, "/mcp")
            .ToJsonString()
            .ShouldBe("""{"toolsListChanged":true,"resourceSubscriptions":["test://r"]}""");
        Wanted(upstream, "/other").ToJsonString().ShouldBe("""{"toolsListChanged":true}""");
        house.Journal.Only(EntryKind.Intent).Target.ShouldBe("up/resources/subscribe");
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cancelled);
    }

    [Theory]
    [InlineData("up+test://r", "allow: tool up/*")]
    [InlineData("nobody+test://r", "allow: tool up/**")]
    [InlineData("test://r", "allow: tool up/**")]
    public async Task A_resource_that_may_not_be_watched_is_not(string uri, string rules)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, rules);

        using var response = await SubscribeAsync(house, uri);

        (await ToolsUnderTest.AnswerAsync(response))["error"].ShouldNotBeNull();
        upstream.Requests.ShouldBeEmpty();
    }

    private static Task<HttpResponseMessage> SubscribeAsync(ToolsUnderTest house, string uri)
    {
        var wanted = "{\"toolsListChanged\":true,\"resourceSubscriptions\":[\"" + uri + "\"]}";
        var (body, headers) = ToolsUnderTest.Stateless("subscriptions/listen", "{\"notifications\":" + wanted + "}");
        return house.SendAsync(body, headers, "");
    }

    private static JsonNode Wanted(ScriptedUpstream upstream, string path) =>
        JsonNode.Parse(upstream.Requests.First(r => r.Target == path).Text)!["params"]!["notifications"]!;

    private static async Task<JsonObject> NextAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: {", StringComparison.Ordinal))
            {
                return JsonNode.Parse(line[6..])!.AsObject();
            }
        }

        throw new EndOfStreamException();
    }

    private static async Task CallAsync(ToolsUnderTest house, string session)
    {
        using var response = await house.SendAsync(
            """{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"other__echo","arguments":{}}}""",
            r => r.Headers.Add("mcp-session-id", session),
            ""
        );
    }
}
