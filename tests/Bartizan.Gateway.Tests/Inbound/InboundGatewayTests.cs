using System.Net;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>Callers ask an agent by its gateway.</summary>
public sealed class InboundGatewayTests
{
    private static readonly Caller s_shop = Caller.OfKey("shop");

    [Fact]
    public async Task A_callers_request_reaches_the_agent_as_the_callers_own_session()
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = context => ScriptedUpstream.JsonAsync(context, """{"answer":42}""");

        using var answer = await house.AskAsync("""{"text":"what is it?"}""");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync()).ShouldBe("""{"answer":42}""");
        var sent = house.Agent.Requests.ShouldHaveSingleItem();
        sent.Text.ShouldBe("""{"text":"what is it?"}""");
        sent.Headers["bartizan-session"].ShouldBe(house.Served[s_shop].Session.Id.ToString());
        sent.Headers["bartizan-token"].ShouldBe("token-of-Key-shop");
        sent.Headers["bartizan-endpoints"].ShouldContain("anthropic");
        sent.Headers.Values.ShouldNotContain(value => value.Contains(InboundHouse.Key));
    }

    [Fact]
    public async Task Each_request_is_a_passage_with_its_content_and_outcome()
    {
        await using var house = await InboundHouse.StartAsync();

        using var answer = await house.SendAsync(HttpMethod.Post, "/ask?lang=en", """{"text":"hi"}""");

        var id = answer.Headers.GetValues("bartizan-request").Single();
        var intent = house.Journal.Only(EntryKind.Intent);
        intent.Verb.ShouldBe(Verb.Serve);
        intent.Target.ShouldBe("POST /ask");
        intent.Person.ShouldBe("key:shop");
        intent.Detail.ShouldNotBeNull().ShouldContain(id);
        intent.Payloads.Select(payload => payload.Role).ShouldBe(["query", "body"]);
        var outcome = await house.Journal.OutcomeAsync();
        outcome.Outcome.ShouldBe(OutcomeKind.Done);
        outcome.Detail.ShouldBe("200");
        outcome.Passage.ShouldBe(intent.Passage);
    }

    [Theory]
    [InlineData("POST", "/other")]
    [InlineData("PUT", "/ask")]
    [InlineData("GET", "/open/admin/users")]
    public async Task What_no_rule_allows_never_reaches_the_agent(string method, string path)
    {
        await using var house = await InboundHouse.StartAsync();

        using var answer = await house.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "{}");

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        house.Agent.Requests.ShouldBeEmpty();
        house.Journal.Only(EntryKind.Refusal).Target.ShouldBe($"{method} {path}");
    }

    [Fact]
    public async Task A_refusal_says_by_which_id_the_log_finds_it_and_nothing_of_the_rules()
    {
        await using var house = await InboundHouse.StartAsync();

        using var answer = await house.GetAsync("/open/admin/users");

        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        var text = await answer.Content.ReadAsStringAsync();
        using var problem = JsonDocument.Parse(text);
        var id = problem.RootElement.GetProperty("instance").GetString()!;
        house.Journal.Only(EntryKind.Refusal).Detail.ShouldBe($"request {id}");
        text.ShouldNotContain("admin");
        text.ShouldNotContain("rule");
    }

    [Fact]
    public async Task Two_callers_have_two_sessions()
    {
        await using var house = await InboundHouse.StartAsync();

        (await house.AskAsync()).Dispose();
        (await house.AskAsync(key: InboundHouse.OtherKey)).Dispose();
        (await house.AskAsync()).Dispose();

        house.Served.Count.ShouldBe(2);
        house
            .Agent.Requests.Select(one => one.Headers["bartizan-token"])
            .ShouldBe(["token-of-Key-shop", "token-of-Key-desk", "token-of-Key-shop"]);
    }

    [Fact]
    public async Task An_answer_streams_piece_by_piece()
    {
        await using var house = await InboundHouse.StartAsync();
        var more = new TaskCompletionSource();
        house.Agent.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, "data: one\n\n");
            await more.Task;
            await ScriptedUpstream.StreamAsync(context, "data: two\n\n");
        };

        using var answer = await house.AskAsync();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());

        (await reader.ReadLineAsync()).ShouldBe("data: one");
        more.SetResult();
        (await reader.ReadToEndAsync()).Trim().ShouldBe("data: two");
    }

    [Fact]
    public async Task A_killed_session_cuts_what_streams()
    {
        await using var house = await InboundHouse.StartAsync();
        house.Agent.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, "data: one\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };

        using var answer = await house.AskAsync();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).ShouldBe("data: one");
        house.ControlOf(s_shop).End();

        await Should.ThrowAsync<Exception>(async () => await reader.ReadToEndAsync());
        (await house.Journal.OutcomeAsync()).Outcome.ShouldBe(OutcomeKind.Cut);
    }

    [Fact]
    public async Task Where_there_is_no_room_for_a_session_it_is_told_when_to_come_again()
    {
        await using var house = await InboundHouse.StartAsync();
        house.MaxSessions = 0;

        using var answer = await house.AskAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_told_as_such()
    {
        await using var house = await InboundHouse.StartAsync();
        await house.Agent.DisposeAsync();

        using var answer = await house.AskAsync();

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
        (await house.Journal.OutcomeAsync()).Detail.ShouldBe("the agent can't be reached");
    }

    [Fact]
    public async Task Whoever_shows_nothing_is_nobody_where_that_is_declared()
    {
        await using var house = await InboundHouse.StartAsync(callers: "    anonymous: It answers the public.");

        using var answer = await house.AskAsync(key: null);
        using var wrong = await house.AskAsync(key: "wrong-key-0123456789abcdef0123456789abcdef");

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        wrong.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        house.Served.Keys.ShouldBe([Caller.Nobody]);
    }
}
