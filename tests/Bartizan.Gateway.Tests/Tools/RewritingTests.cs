using System.Text.Json;
using System.Text.Json.Nodes;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Tests.Model;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>A person writes a call's arguments anew: the server gets those, and nothing else of the call changes.</summary>
public sealed class RewritingTests
{
    private const string Call = """{"name":"send","arguments":{"to":"all@x.test"}}""";

    [Fact]
    public async Task What_a_person_wrote_is_what_the_server_gets_and_what_the_intent_says()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c => ToolCallTests.Result(c, """{"content":[]}""");
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "ask: tool up/send");
        var asked = new List<ApprovalRequest>();
        house.OnAsk = request =>
        {
            asked.Add(request);
            return asked.Count == 1
                ? Draft(request, """{"to":"one@x.test"}""")
                : new Approval(true, request.Digest, "alice", null);
        };

        var answer = await house.AskAsync("tools/call", Call);

        answer["result"].ShouldNotBeNull(answer.ToJsonString());
        var sent = JsonNode.Parse(upstream.Requests.ShouldHaveSingleItem().Text)!["params"]!;
        sent["arguments"]!.ToJsonString().ShouldBe("""{"to":"one@x.test"}""");
        sent["name"]!.GetValue<string>().ShouldBe("send");
        sent["_meta"].ShouldNotBeNull();
        asked.Count.ShouldBe(2);
        asked[0].Digest.ShouldNotBe(asked[1].Digest);
        var intent = house.Journal.Only(EntryKind.Intent);
        System.Text.Encoding.UTF8.GetString(intent.Payloads[0].Content.Span).ShouldBe("""{"to":"one@x.test"}""");
    }

    [Theory]
    [InlineData("deny: tool up/send, args: { to: { in: [root@x.test] } }", """{"to":"root@x.test"}""")]
    public async Task A_draft_that_the_rules_deny_goes_nowhere(string deny, string draft)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, $"ask: tool up/send\n{deny}");
        house.OnAsk = request => Draft(request, draft);

        var answer = await house.AskAsync("tools/call", Call);

        answer["error"].ShouldNotBeNull(answer.ToJsonString());
        upstream.Requests.ShouldBeEmpty();
        house.Journal.Entries.ShouldNotContain(entry => entry.Kind == EntryKind.Intent);
    }

    [Fact]
    public async Task A_draft_that_does_not_fit_the_tools_schema_goes_nowhere()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = c =>
            ToolCallTests.Result(
                c,
                """{"tools":[{"name":"send","inputSchema":{"type":"object","properties":{"to":{"type":"string"}}}}]}"""
            );
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "ask: tool up/send");
        await house.AskAsync("tools/list", "{}");
        house.OnAsk = request => Draft(request, """{"to":7}""");

        var answer = await house.AskAsync("tools/call", Call);

        answer["error"]!["message"]!.GetValue<string>().ShouldContain("can't be carried out so");
        upstream.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_draft_that_claims_to_be_a_yes_is_none_and_too_many_are_a_refusal()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await ToolsUnderTest.StartAsync(upstream.Url, "ask: tool up/send");
        var asks = 0;
        house.OnAsk = request => Draft(request, $$"""{"to":"{{++asks}}@x.test"}""") with { Granted = true };

        var answer = await house.AskAsync("tools/call", Call);

        answer["error"].ShouldNotBeNull(answer.ToJsonString());
        asks.ShouldBe(ReferenceMonitor.MaxDrafts + 1);
        upstream.Requests.ShouldBeEmpty();
    }

    private static Approval Draft(ApprovalRequest request, string arguments) =>
        new(false, request.Digest, "alice", null) { Draft = JsonElement.Parse(arguments) };
}
