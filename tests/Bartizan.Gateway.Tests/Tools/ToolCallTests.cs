using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tests.Tools;

public sealed class ToolCallTests
{
    private const string Call = """{"name":"echo","arguments":{"message":"hi"}}""";

    [Fact]
    public async Task A_call_goes_on_with_the_servers_credential_and_is_recorded_with_its_outcome()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => Result(c, """{"content":[{"type":"text","text":"hi"}]}""");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/echo");

        var answer = await house.AskAsync("tools/call", Call);

        answer["result"]!["content"]![0]!["text"]!.GetValue<string>().ShouldBe("hi");
        var sent = upstream.Requests.ShouldHaveSingleItem();
        sent.Headers["authorization"].ShouldBe($"Bearer {ToolsUnderTest.ServerKey}");
        sent.Headers["mcp-name"].ShouldBe("echo");
        sent.Headers.Values.ShouldAllBe(v => !v.Contains(ToolsUnderTest.Token));
        var intent = house.Journal.Only(EntryKind.Intent);
        (intent.Verb, intent.Target, intent.Point).ShouldBe((Verb.Tool, "up/echo", "tool"));
        Encoding.UTF8.GetString(intent.Payloads.ShouldHaveSingleItem().Content.Span).ShouldBe("""{"message":"hi"}""");
        var outcome = await house.Journal.OutcomeAsync();
        (outcome.Outcome, outcome.Detail).ShouldBe((OutcomeKind.Done, "result"));
    }

    [Theory]
    [InlineData("""{"content":[],"structuredContent":{"id":7}}""", true)]
    [InlineData("""{"content":[],"structuredContent":{"id":7},"isError":true}""", false)]
    public async Task What_would_take_a_call_back_is_recorded_with_what_came_of_it(string result, bool isUndone)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => Result(c, result);
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/create");

        await house.AskAsync("tools/call", """{"name":"create","arguments":{}}""");

        var payloads = (await house.Journal.OutcomeAsync()).Payloads.Where(p => p.Role == "undo").ToList();
        payloads
            .Select(p => Encoding.UTF8.GetString(p.Content.Span))
            .ShouldBe(isUndone ? ["""{"tool":"up/delete","arguments":{"id":7}}"""] : []);
    }

    [Fact]
    public async Task A_denied_tool_and_one_that_does_not_exist_get_the_same_answer()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/echo");

        var denied = await house.AskAsync("tools/call", """{"name":"delete_all","arguments":{}}""");
        var absent = await house.AskAsync("tools/call", """{"name":"no_such_tool","arguments":{}}""");

        denied.ToJsonString().Replace("delete_all", "no_such_tool").ShouldBe(absent.ToJsonString());
        denied["error"]!["message"]!
            .GetValue<string>()
            .ShouldContain("It would take the rule `allow: tool up/delete_all`");
        upstream.Requests.ShouldBeEmpty();
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Refusal).ShouldBe(2);
    }

    [Fact]
    public async Task Arguments_are_decided_as_they_will_be_sent()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => Result(c, """{"content":[]}""");
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            "allow: tool up/send, args: { to: { glob: \"*@example.com\" } }"
        );

        var fits = await house.AskAsync("tools/call", """{"name":"send","arguments":{"to":"ann@example.com"}}""");
        var other = await house.AskAsync("tools/call", """{"name":"send","arguments":{"to":"eve@evil.example"}}""");
        var more = await house.AskAsync(
            "tools/call",
            """{"name":"send","arguments":{"to":"ann@example.com","bcc":"eve@evil.example"}}"""
        );

        fits["result"].ShouldNotBeNull();
        other["error"].ShouldNotBeNull();
        more["error"].ShouldNotBeNull();
        upstream.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_list_holds_only_what_some_call_of_could_be_granted()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
            Result(
                c,
                """{"tools":[{"name":"echo"},{"name":"send"},{"name":"delete_all"},{"name":"resources/read"},{"name":"ec\u200bho"}],"nextCursor":"n"}"""
            );
        await using var house = await ToolsUnderTest.StartAsync(
            upstream.Url,
            """
            allow: tool up/e*
            allow: tool up/resources/**
            allow: tool up/send, args: { to: { in: [ann] } }
            deny: tool up/delete_*
            """
        );

        var answer = await house.AskAsync("tools/list", "{}");

        answer["result"]!["tools"]!.AsArray().Select(t => (string)t!["name"]!).ShouldBe(["echo", "send"]);
        ((string)answer["result"]!["nextCursor"]!).ShouldBe("n");
        ((int)answer["id"]!).ShouldBe(7);
    }

    [Fact]
    public async Task Arguments_that_dont_fit_the_schema_that_a_list_gave_go_nowhere()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
            Result(
                c,
                """{"tools":[{"name":"add","inputSchema":{"type":"object","properties":{"a":{"type":"number"}},"required":["a"],"additionalProperties":false}},{"name":"old","inputSchema":{"type":"object","properties":{"a":{"minimum":0,"exclusiveMinimum":true}}}}]}"""
            );
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        await house.AskAsync("tools/list", "{}");
        upstream.Answer = c => Result(c, """{"content":[]}""");

        var text = await house.AskAsync("tools/call", """{"name":"add","arguments":{"a":"1"}}""");
        var more = await house.AskAsync("tools/call", """{"name":"add","arguments":{"a":1,"b":2}}""");
        var none = await house.AskAsync("tools/call", """{"name":"add"}""");
        var fits = await house.AskAsync("tools/call", """{"name":"add","arguments":{"a":1}}""");
        var older = await house.AskAsync("tools/call", """{"name":"old","arguments":{"a":1}}""");

        foreach (var unfit in new[] { text, more, none })
        {
            ((bool)unfit["result"]!["isError"]!).ShouldBeTrue();
            ((string)unfit["result"]!["content"]![0]!["text"]!).ShouldContain("schema");
        }

        fits["result"]!["isError"].ShouldBeNull();
        older["result"]!["isError"].ShouldBeNull();
        upstream.Requests.Count.ShouldBe(3);
        house.Journal.Entries.Count(e => e.Kind == EntryKind.Refusal && e.Target == "up/add").ShouldBe(3);
    }

    [Theory]
    [InlineData("resources/read", """{"uri":"file:///x"}""")]
    [InlineData("prompts/get", """{"name":"p"}""")]
    [InlineData("completion/complete", """{"ref":{"type":"ref/prompt","name":"p"}}""")]
    public async Task A_method_that_acts_is_an_action_of_its_own(string method, string parameters)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => Result(c, "{}");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/*");
        await using var granting = await ToolsUnderTest.StartAsync(upstream.Url, $"allow: tool up/{method}");

        var refused = await house.AskAsync(method, parameters);
        var granted = await granting.AskAsync(method, parameters);

        refused["error"]!["message"]!.GetValue<string>().ShouldContain($"refused `tool up/{method}`");
        granted["result"].ShouldNotBeNull();
        granting.Journal.Only(EntryKind.Intent).Target.ShouldBe($"up/{method}");
    }

    [Fact]
    public async Task A_method_that_nobody_mediates_is_denied()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/**");

        var answer = await house.AskAsync("admin/shutdown", "{}");

        ((int)answer["error"]!["code"]!).ShouldBe(-32601);
        upstream.Requests.ShouldBeEmpty();
        house.Journal.Only(EntryKind.Refusal).Target.ShouldBe("up/admin/shutdown");
    }

    [Theory]
    [InlineData("allow: tool up/tool", false)]
    [InlineData("allow: tool up/**", true)]
    public async Task What_a_server_asks_for_instead_of_a_result_is_an_action_too(string rule, bool passes)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
            Result(
                c,
                """{"resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","params":{"message":"Your password?"}}}}"""
            );
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, rule);

        var answer = await house.AskAsync("tools/call", """{"name":"tool","arguments":{}}""");

        answer.ToJsonString().Contains("password", StringComparison.Ordinal).ShouldBe(passes);
        house.Journal.Entries.Any(e => e.Target == "up/elicitation/create").ShouldBeTrue();
    }

    [Fact]
    public async Task A_stateless_request_without_its_headers_is_answered_as_the_specification_says()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "allow: tool up/**");
        var (body, _) = ToolsUnderTest.Stateless("tools/call", Call);

        using var bare = await house.SendAsync(body);
        using var newer = await house.SendAsync(
            body.Replace("2026-07-28", "2099-01-01", StringComparison.Ordinal),
            r => r.Headers.Add("mcp-protocol-version", "2099-01-01")
        );

        ((int)bare.StatusCode).ShouldBe(400);
        ((int)(await ToolsUnderTest.AnswerAsync(bare))["error"]!["code"]!).ShouldBe(-32020);
        var error = (await ToolsUnderTest.AnswerAsync(newer))["error"]!;
        ((int)error["code"]!).ShouldBe(-32022);
        error["data"]!["supported"]!.AsArray().Select(v => (string)v!).ShouldBe(["2026-07-28"]);
    }

    internal static Task Result(HttpContext context, string result, string id = "7") =>
        ScriptedUpstream.JsonAsync(context, $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""");
}
