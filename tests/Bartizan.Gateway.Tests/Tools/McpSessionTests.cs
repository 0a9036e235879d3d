using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools;

public sealed class McpSessionTests
{
    private const string Initialize =
        """{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}""";
    private const string Call =
        """{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"echo","arguments":{}}}""";
    private const string Question =
        "data: {\"jsonrpc\":\"2.0\",\"id\":\"q1\",\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[]}}\n\n";
    private const string Answer = "data: {\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{\"content\":[]}}\n\n";

    [Fact]
    public async Task A_session_opens_calls_and_ends_and_the_servers_own_id_stays_with_the_gateway()
    {
        await using var upstream = await ServerAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");

        var session = await OpenAsync(house);
        using var called = await SendAsync(house, session, Call);
        using var ended = await house.SendAsync(
            null,
            r => r.Headers.Add("mcp-session-id", session),
            method: HttpMethod.Delete
        );
        using var after = await SendAsync(house, session, Call);

        session.ShouldNotBe("s-upstream");
        (await ToolsUnderTest.AnswerAsync(called))["result"].ShouldNotBeNull();
        upstream.Requests.ElementAt(1).Headers["mcp-session-id"].ShouldBe("s-upstream");
        upstream.Requests.ElementAt(1).Headers["mcp-protocol-version"].ShouldBe("2025-11-25");
        ((int)ended.StatusCode).ShouldBe(200);
        upstream.Requests.Last().Method.ShouldBe("DELETE");
        ((int)after.StatusCode).ShouldBe(404);
    }

    [Fact]
    public async Task A_servers_question_that_no_rule_allows_is_answered_by_the_gateway()
    {
        await using var upstream = await ServerAsync(async c =>
            await ScriptedUpstream.StreamAsync(c, Question, Answer)
        );
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var session = await OpenAsync(house);

        using var called = await SendAsync(house, session, Call);
        var text = await called.Content.ReadAsStringAsync();

        text.ShouldNotContain("sampling");
        text.ShouldContain("\"id\":2");
        var told = JsonNode.Parse(upstream.Requests.Last().Body)!;
        ((string)told["id"]!).ShouldBe("q1");
        told["error"].ShouldNotBeNull();
        house.Journal.Only(EntryKind.Refusal).Target.ShouldBe("up/sampling/createMessage");
    }

    [Fact]
    public async Task A_servers_question_that_a_rule_allows_is_answered_once_by_the_client()
    {
        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await ServerAsync(async c =>
        {
            await ScriptedUpstream.StreamAsync(c, Question);
            await answered.Task.WaitAsync(Wait.Long);
            await ScriptedUpstream.StreamAsync(c, Answer);
        });
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/**");
        var session = await OpenAsync(house);

        using var called = await SendAsync(house, session, Call);
        using var stream = await QuestionedAsync(called);
        const string Reply = """{"jsonrpc":"2.0","id":"q1","result":{"role":"assistant"}}""";
        using var never = await SendAsync(house, session, Reply.Replace("q1", "q9", StringComparison.Ordinal));
        var before = upstream.Requests.Count;
        using var reply = await SendAsync(house, session, Reply);
        answered.SetResult();
        await stream.ReadToEndAsync();

        ((int)never.StatusCode).ShouldBe(202);
        ((int)reply.StatusCode).ShouldBe(202);
        before.ShouldBe(2);
        upstream.Requests.Count.ShouldBe(3);
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Outcome && e.Outcome == OutcomeKind.Done).ShouldBe(2);
    }

    [Fact]
    public async Task An_answer_of_a_fooled_session_whose_labels_can_t_be_kept_never_reaches_a_server_with_stores()
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await ServerAsync(async c =>
        {
            await ScriptedUpstream.StreamAsync(c, Question);
            await refused.Task.WaitAsync(Wait.Long);
            await ScriptedUpstream.StreamAsync(c, Answer);
        });
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            "allow: tool up/**",
            guards: "trust:\n  stores: [{ write: [\"up/save\"], read: [\"up/get\"], key: [id] }]"
        );
        var session = await OpenAsync(house);
        house.Mine.AddLabels(Labels.Untrusted);

        using var called = await SendAsync(house, session, Call);
        using var stream = await QuestionedAsync(called);
        using var reply = await SendAsync(house, session, """{"jsonrpc":"2.0","id":"q1","result":{"role":"evil"}}""");
        refused.SetResult();

        ((int)reply.StatusCode).ShouldBe(400);
        upstream.Requests.ShouldNotContain(r =>
            Encoding.UTF8.GetString(r.Body).Contains("evil", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task The_answer_of_a_stream_that_broke_off_comes_on_the_next_one_and_ends_the_passage()
    {
        await using var upstream = await ServerAsync(async c =>
        {
            if (c.Request.Method == "GET")
            {
                c.Request.Headers["last-event-id"].ToString().ShouldBe("e-1");
                await ScriptedUpstream.StreamAsync(c, "id: e-2\n" + Answer);
                return;
            }

            await ScriptedUpstream.StreamAsync(c, "id: e-1\nretry: 10\ndata: \n\n");
        });
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var session = await OpenAsync(house);

        using var called = await SendAsync(house, session, Call);
        var first = await called.Content.ReadAsStringAsync();
        house.Journal.Entries.ShouldNotContain(e => e.Kind == EntryKind.Outcome);
        using var resumed = await house.SendAsync(
            null,
            r =>
            {
                r.Headers.Add("mcp-session-id", session);
                r.Headers.Add("last-event-id", "e-1");
            },
            method: HttpMethod.Get
        );
        var second = await resumed.Content.ReadAsStringAsync();

        first.ShouldContain("id: e-1");
        second.ShouldContain("\"id\":2");
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Done);
    }

    [Fact]
    public async Task An_answer_begins_although_its_server_says_nothing_yet()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await ServerAsync(async c =>
        {
            await ScriptedUpstream.StreamAsync(c, ": nothing yet\n\n");
            await begun.Task.WaitAsync(Wait.Long);
            await ScriptedUpstream.StreamAsync(c, Answer);
        });
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        var session = await OpenAsync(house);

        using var called = await SendAsync(house, session, Call);
        begun.SetResult();

        called.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await ToolsUnderTest.AnswerAsync(called))["result"].ShouldNotBeNull();
    }

    [Fact]
    public async Task An_answer_begins_although_the_session_is_paused_before_its_first_event_is_passed_on()
    {
        Bartizan.Core.Sessions.SessionControl? control = null;
        await using var upstream = await ServerAsync(async c =>
        {
            control!.Pause().ShouldBeTrue();
            await ScriptedUpstream.StreamAsync(c, Answer);
        });
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        control = house.MineControl;
        var session = await OpenAsync(house);

        using var called = await SendAsync(house, session, Call).WaitAsync(Wait.Long);
        control.Resume().ShouldBeTrue();

        called.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        (await ToolsUnderTest.AnswerAsync(called))["result"].ShouldNotBeNull();
    }

    private static async Task<string> OpenAsync(ToolsUnderTest house)
    {
        using var opened = await house.SendAsync(Initialize);
        ((int)opened.StatusCode).ShouldBe(200);
        return opened.Headers.GetValues("mcp-session-id").Single();
    }

    private static Task<HttpResponseMessage> SendAsync(ToolsUnderTest house, string session, string body) =>
        house.SendAsync(body, r => r.Headers.Add("mcp-session-id", session));

    // Until the client has the question its answer is one that nobody asked for; the entry of the question stands before that.
    private static async Task<StreamReader> QuestionedAsync(HttpResponseMessage called)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        var stream = new StreamReader(await called.Content.ReadAsStreamAsync(limit.Token));
        string? line;
        do
        {
            line = await stream.ReadLineAsync(limit.Token);
        } while (line is not null && !line.Contains("sampling/createMessage", StringComparison.Ordinal));

        line.ShouldNotBeNull();
        return stream;
    }

    private static async Task<ScriptedUpstream> ServerAsync(Func<HttpContext, Task>? answer = null)
    {
        var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context =>
        {
            var said = upstream.Requests.Last().Body;
            var message = said.Length == 0 ? null : JsonNode.Parse(said);
            if ((string?)message?["method"] == "initialize")
            {
                context.Response.Headers["mcp-session-id"] = "s-upstream";
                return ToolCallTests.Result(context, """{"protocolVersion":"2025-11-25","capabilities":{}}""", "1");
            }

            if (context.Request.Method == "DELETE" || message is not null && message["method"] is null)
            {
                context.Response.StatusCode = context.Request.Method == "DELETE" ? 200 : 202;
                return Task.CompletedTask;
            }

            return answer is null ? ToolCallTests.Result(context, """{"content":[]}""", "2") : answer(context);
        };
        return upstream;
    }
}
