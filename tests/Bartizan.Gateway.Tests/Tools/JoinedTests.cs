using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;
using Bartizan.Gateway.Tools;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>The endpoint of all servers: two servers, <c>up</c> and <c>other</c>, that are one to the client.</summary>
public sealed class JoinedTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";
    private const string Question =
        "data: {\"jsonrpc\":\"2.0\",\"id\":\"q1\",\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[]}}\n\n";
    private const string Both = "allow: tool up/**\nallow: tool other/**";

    [Fact]
    public async Task A_list_is_that_of_all_servers_filtered_and_each_name_says_its_server()
    {
        await using var upstream = await TwoAsync();
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            "allow: tool up/echo\nallow: tool other/**\ndeny: tool other/delete_*"
        );

        var stateless = await house.AskAsync("tools/list", "{}", server: "");
        var session = await OpenAsync(house);
        var inSession = await SayAsync(house, session, """{"jsonrpc":"2.0","id":"l","method":"tools/list"}""");

        foreach (var answer in new[] { stateless, inSession })
        {
            Names(answer, "tools").ShouldBe(["other__echo", "other__page2", "up__echo"]);
            answer["result"]!["tools"]!.AsArray().ShouldAllBe(t => t!["inputSchema"] != null);
        }

        ((string)stateless["result"]!["resultType"]!).ShouldBe("complete");
        house.Journal.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_goes_to_its_server_under_its_own_name_and_is_the_same_action_as_at_the_servers_endpoint()
    {
        await using var upstream = await TwoAsync();
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            "allow: tool up/echo\nallow: tool other/send, args: { to: { in: [ann] } }"
        );

        var stateless = await CallAsync(house, "up__echo", """{"n":12345678901234567890.10}""");
        var session = await OpenAsync(house);
        var inSession = await SayAsync(
            house,
            session,
            """{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"other__send","arguments":{"to":"ann"}}}"""
        );
        var unfit = await CallAsync(house, "other__send", """{"to":"eve"}""");

        stateless["result"].ShouldNotBeNull();
        inSession["result"].ShouldNotBeNull();
        unfit["error"]!["message"]!.GetValue<string>().ShouldContain("refused `tool other/send`");
        house
            .Journal.Entries.Where(e => e.Kind == EntryKind.Intent)
            .Select(e => e.Target)
            .ShouldBe(["up/echo", "other/send"]);
        var sent = upstream.Requests.Where(r => r.Text.Contains("tools/call")).ToList();
        sent.Select(r => r.Target).ShouldBe(["/mcp", "/other"]);
        sent[0].Text.ShouldContain("\"name\":\"echo\"");
        sent[0].Text.ShouldContain("12345678901234567890.10");
        sent[0].Headers["mcp-name"].ShouldBe("echo");
        sent[1].Headers["mcp-session-id"].ShouldBe("s-other");
    }

    [Fact]
    public async Task What_is_denied_and_what_is_not_there_read_the_same()
    {
        await using var upstream = await TwoAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/echo");

        var denied = await CallAsync(house, "up__gone", "{}");
        var unreached = await CallAsync(house, "other__gone", "{}");
        var absent = await CallAsync(house, "nowhere__gone", "{}");
        var nameless = await CallAsync(house, "echo", "{}");

        denied.ToJsonString().Replace("up/", "nowhere/").ShouldBe(absent.ToJsonString());
        unreached.ToJsonString().Replace("other/", "nowhere/").ShouldBe(absent.ToJsonString());
        nameless["error"]!["message"]!.GetValue<string>().ShouldContain("SERVER__NAME");
        upstream.Requests.ShouldBeEmpty();
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Refusal).ShouldBe(4);
    }

    [Theory]
    [InlineData("silent")]
    [InlineData("500")]
    [InlineData("endless")]
    [InlineData("nonsense")]
    public async Task A_server_that_fails_is_left_out_and_recorded_and_the_others_stay_usable(string how)
    {
        await using var upstream = await TwoAsync(
            async (context, id) =>
            {
                switch (how)
                {
                    case "silent":
                        await Task.Delay(Timeout.Infinite, context.RequestAborted);
                        return;
                    case "500":
                        context.Response.StatusCode = 500;
                        return;
                    case "endless":
                        await ToolCallTests.Result(context, """{"tools":[{"name":"echo"}],"nextCursor":"again"}""", id);
                        return;
                    default:
                        await ToolCallTests.Result(context, """{"tools":{"name":"echo"}}""", id);
                        return;
                }
            }
        );
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            Both,
            new ToolGatewayOptions { JoinWithin = TimeSpan.FromSeconds(how == "silent" ? 3 : 8) }
        );

        var list = await house.AskAsync("tools/list", "{}", server: "");
        var session = await OpenAsync(house);
        var listed = await SayAsync(house, session, """{"jsonrpc":"2.0","id":3,"method":"tools/list"}""");
        var called = await SayAsync(
            house,
            session,
            """{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"up__echo","arguments":{}}}"""
        );

        Names(list, "tools").ShouldBe(["up__echo", "up__other__echo"]);
        Names(listed, "tools").ShouldBe(["up__echo", "up__other__echo"]);
        called["result"].ShouldNotBeNull();
        house
            .Journal.Entries.Where(e => e.Kind == EntryKind.Refusal)
            .ShouldAllBe(e => e.Target!.StartsWith("other/") && e.Reason!.Contains("left out"));
        house.Journal.Entries.ShouldContain(e => e.Kind == EntryKind.Refusal);
    }

    [Fact]
    public async Task A_session_opens_one_with_each_server_and_ends_them_all()
    {
        await using var upstream = await TwoAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Both);

        using var opened = await house.SendAsync(Initialize, server: "");
        var said = await ToolsUnderTest.AnswerAsync(opened);
        var session = opened.Headers.GetValues("mcp-session-id").Single();
        using var single = await house.SendAsync(
            """{"jsonrpc":"2.0","id":4,"method":"ping"}""",
            r => r.Headers.Add("mcp-session-id", session)
        );
        using var ended = await house.SendAsync(
            null,
            r => r.Headers.Add("mcp-session-id", session),
            "",
            method: HttpMethod.Delete
        );
        using var after = await house.SendAsync(
            """{"jsonrpc":"2.0","id":5,"method":"ping"}""",
            r => r.Headers.Add("mcp-session-id", session),
            ""
        );

        ((string)said["result"]!["protocolVersion"]!).ShouldBe("2025-11-25");
        ((bool)said["result"]!["capabilities"]!["resources"]!["subscribe"]!).ShouldBeTrue();
        ((int)single.StatusCode).ShouldBe(404);
        ((int)ended.StatusCode).ShouldBe(200);
        ((int)after.StatusCode).ShouldBe(404);
        upstream
            .Requests.Where(r => r.Method == "DELETE")
            .Select(r => r.Headers["mcp-session-id"])
            .Order()
            .ShouldBe(["s-other", "s-up"]);
    }

    [Fact]
    public async Task Two_servers_that_ask_under_one_id_each_get_their_own_answer()
    {
        var asked = new[] { "up", "other" }.ToDictionary(
            s => s,
            _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
        );
        await using var upstream = await TwoAsync();
        var usual = upstream.Answer;
        upstream.Answer = async context =>
        {
            var message = JsonNode.Parse(upstream.Requests.Last(r => r.Target == context.Request.Path).Text)!;
            var server = context.Request.Path == "/mcp" ? "up" : "other";
            if ((string?)message["method"] == "tools/call")
            {
                await ScriptedUpstream.StreamAsync(context, Question);
                await asked[server].Task.WaitAsync(Wait.Long);
                await ScriptedUpstream.StreamAsync(
                    context,
                    $"data: {{\"jsonrpc\":\"2.0\",\"id\":{message["id"]!.ToJsonString()},\"result\":{{\"content\":[]}}}}\n\n"
                );
                return;
            }

            if (message["method"] is null)
            {
                ((string)message["id"]!).ShouldBe("q1");
                ((string)message["result"]!["for"]!).ShouldBe(server);
                asked[server].SetResult();
            }

            await usual(context);
        };
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Both);
        var session = await OpenAsync(house);

        var calls = new[] { "up", "other" }
            .Select(
                (server, i) =>
                    SayAsync(
                        house,
                        session,
                        $$$$"""{"jsonrpc":"2.0","id":{{{{20 + i}}}},"method":"tools/call","params":{"name":"{{{{server}}}}__echo","arguments":{}}}"""
                    )
            )
            .ToList();
        foreach (var server in new[] { "up", "other" })
        {
            await house.Journal.Entries.WaitForAsync(e => e.Target == $"{server}/sampling/createMessage");
            using var reply = await house.SendAsync(
                $$$"""{"jsonrpc":"2.0","id":"{{{server}}}/\"q1\"","result":{"for":"{{{server}}}"}}""",
                r => r.Headers.Add("mcp-session-id", session),
                ""
            );
            ((int)reply.StatusCode).ShouldBe(202);
        }

        (await Task.WhenAll(calls)).ShouldAllBe(c => c["result"] != null);
    }

    [Fact]
    public async Task Prompts_and_resources_are_found_under_their_servers_name_and_decided_as_there()
    {
        await using var upstream = await TwoAsync();
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            "allow: tool up/prompts/get\nallow: tool up/resources/read\nallow: tool other/echo"
        );

        var prompts = await house.AskAsync("prompts/list", "{}", server: "");
        var resources = await house.AskAsync("resources/list", "{}", server: "");
        var got = await house.AskAsync("prompts/get", """{"name":"up__hello"}""", server: "");
        var read = await house.AskAsync("resources/read", """{"uri":"up+test://a/b?c"}""", server: "");
        var denied = await house.AskAsync("resources/read", """{"uri":"other+test://a/b?c"}""", server: "");

        Names(prompts, "prompts").ShouldBe(["up__hello"]);
        resources["result"]!["resources"]!.AsArray().Select(r => (string)r!["uri"]!).ShouldBe(["up+test://a/b?c"]);
        got["result"].ShouldNotBeNull();
        read["result"].ShouldNotBeNull();
        denied["error"].ShouldNotBeNull();
        upstream.Requests.Last(r => r.Text.Contains("resources/read")).Text.ShouldContain("\"test://a/b?c\"");
        house
            .Journal.Entries.Where(e => e.Kind == EntryKind.Intent)
            .Select(e => e.Target)
            .ShouldBe(["up/prompts/get", "up/resources/read"]);
    }

    [Fact]
    public async Task A_stream_that_broke_off_goes_on_with_the_server_that_it_was_of()
    {
        await using var upstream = await TwoAsync();
        var usual = upstream.Answer;
        upstream.Answer = context =>
            context.Request.Method == "GET"
                ? ScriptedUpstream.StreamAsync(
                    context,
                    "id: e-2\ndata: {\"jsonrpc\":\"2.0\",\"id\":8,\"result\":{\"content\":[]}}\n\n"
                )
            : upstream.Requests.Last().Text.Contains("tools/call")
                ? ScriptedUpstream.StreamAsync(context, "id: e-1\nretry: 10\ndata: \n\n")
            : usual(context);
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Both);
        var session = await OpenAsync(house);

        using var broken = await house.SendAsync(
            """{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"other__echo","arguments":{}}}""",
            r => r.Headers.Add("mcp-session-id", session),
            ""
        );
        var first = await broken.Content.ReadAsStringAsync();
        using var resumed = await house.SendAsync(
            null,
            r =>
            {
                r.Headers.Add("mcp-session-id", session);
                r.Headers.Add("last-event-id", "other/e-1");
            },
            "",
            method: HttpMethod.Get
        );

        first.ShouldContain("id: other/e-1");
        (await resumed.Content.ReadAsStringAsync()).ShouldContain("\"id\":8");
        upstream.Requests.Last().Headers["last-event-id"].ShouldBe("e-1");
        upstream.Requests.Last().Target.ShouldBe("/other");
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Done);
    }

    [Fact]
    public async Task A_servers_own_stream_is_heard_among_those_of_all()
    {
        await using var upstream = await TwoAsync();
        var usual = upstream.Answer;
        upstream.Answer = context =>
            context.Request.Method == "GET"
                ? ScriptedUpstream.StreamAsync(
                    context,
                    "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/resources/updated\",\"params\":{\"uri\":\"test://r\"}}\n\n"
                )
                : usual(context);
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, Both);
        var session = await OpenAsync(house);

        using var stop = new CancellationTokenSource(Wait.Long);
        var uris = await house.ReadEventsAsync(session, 2, stop.Token);

        uris.Select(e => (string)e["params"]!["uri"]!).Order().ShouldBe(["other+test://r", "up+test://r"]);
    }

    internal static Task<JsonObject> CallAsync(ToolsUnderTest house, string name, string arguments) =>
        house.AskAsync("tools/call", $$"""{"name":"{{name}}","arguments":{{arguments}}}""", server: "");

    internal static async Task<string> OpenAsync(ToolsUnderTest house)
    {
        using var opened = await house.SendAsync(Initialize, server: "");
        ((int)opened.StatusCode).ShouldBe(200);
        return opened.Headers.GetValues("mcp-session-id").Single();
    }

    private static async Task<JsonObject> SayAsync(ToolsUnderTest house, string session, string body)
    {
        using var response = await house.SendAsync(body, r => r.Headers.Add("mcp-session-id", session), "");
        return await ToolsUnderTest.AnswerAsync(response);
    }

    private static IEnumerable<string> Names(JsonObject answer, string items) =>
        answer["result"]![items]!.AsArray().Select(t => (string)t!["name"]!);

    // `up` has echo and a tool named as if it were of `other`; `other` has two pages.
    internal static async Task<ScriptedUpstream> TwoAsync(Func<HttpContext, string, Task>? otherLists = null)
    {
        const string Schema = "\"inputSchema\":{\"type\":\"object\"}";
        var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context =>
        {
            var path = context.Request.Path.ToString();
            var server = path == "/mcp" ? "up" : "other";
            var said = upstream.Requests.Last(r => r.Target == path).Text;
            var message = said.Length == 0 ? null : JsonNode.Parse(said);
            var id = message?["id"]?.ToJsonString() ?? "1";
            var cursor = (string?)message?["params"]?["cursor"];
            switch ((string?)message?["method"])
            {
                case "initialize":
                    context.Response.Headers["mcp-session-id"] = $"s-{server}";
                    return ToolCallTests.Result(
                        context,
                        """{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"resources":{"subscribe":true}}}""",
                        id
                    );
                case "tools/list" when server == "other" && otherLists is not null:
                    return otherLists(context, id);
                case "tools/list":
                    return ToolCallTests.Result(
                        context,
                        server == "up"
                                ? $$"""{"tools":[{"name":"echo",{{Schema}}},{"name":"other__echo",{{Schema}}}]}"""
                            : cursor is null
                                ? $$"""{"tools":[{"name":"echo",{{Schema}}},{"name":"delete_all",{{Schema}}}],"nextCursor":"p2"}"""
                            : $$"""{"tools":[{"name":"page2",{{Schema}}}]}""",
                        id
                    );
                case "prompts/list":
                    return ToolCallTests.Result(context, """{"prompts":[{"name":"hello"}]}""", id);
                case "resources/list":
                    return ToolCallTests.Result(context, """{"resources":[{"uri":"test://a/b?c","name":"r"}]}""", id);
                case null:
                    context.Response.StatusCode = context.Request.Method == "DELETE" ? 200 : 202;
                    return Task.CompletedTask;
                default:
                    return ToolCallTests.Result(context, """{"content":[]}""", id);
            }
        };
        return upstream;
    }
}
