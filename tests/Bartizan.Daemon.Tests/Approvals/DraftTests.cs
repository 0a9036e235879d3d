using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Daemon.Tests.Approvals;

/// <summary>People who write an action's arguments anew, and people who try what a draft is not for.</summary>
public sealed class DraftTests
{
    private const string Written = """{"to":"develop"}""";

    [Fact]
    public async Task A_draft_waits_as_a_new_ask_and_only_a_yes_to_that_counts()
    {
        using var scene = AskScene.With("{ by: team }");
        var request = scene.RequestAsync(redrafted: Anew);
        var first = await scene.RaisedAsync();

        (await scene.AnswerAsync(first with { Arguments = Written }, AskScene.Alice)).Decided.ShouldBeFalse();

        var second = await scene.RaisedAsync();
        second.Digest.ShouldNotBe(first.Digest);
        (await scene.RefusedAsync(first, AskScene.Bob)).ShouldContain("waits");
        (await scene.RefusedAsync(second with { Digest = first.Digest }, AskScene.Bob)).ShouldContain("digest");
        scene.Inbox.Ask(AskScene.Bob, second.Id)!.Arguments.ShouldBe(Written);
        (await scene.AnswerAsync(second, AskScene.Bob)).Decided.ShouldBeTrue();

        await using var passage = await request;
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        passage.Action!.Arguments.GetRawText().ShouldBe(Written);
        var approvals = scene.Approvals.ToList();
        approvals
            .Select(entry => (entry.Person, entry.Effect))
            .ShouldBe([(AskScene.Alice, Effect.Deny), (AskScene.Bob, Effect.Allow)]);
        approvals[0]
            .Detail.ShouldBe(
                $"written anew, as alice: {AskScene.ProofOf(approvals[0]).DigestOf("{\"to\":\"develop\"}"u8)}"
            );
    }

    [Fact]
    public async Task Yeses_to_what_was_asked_first_do_not_count_for_the_draft()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2 }");
        var request = scene.RequestAsync(redrafted: Anew);
        var first = await scene.RaisedAsync();
        await scene.AnswerAsync(first, AskScene.Alice);
        await scene.AnswerAsync(first with { Arguments = Written }, AskScene.Bob);

        var second = await scene.RaisedAsync();
        (await scene.AnswerAsync(second, AskScene.Cy)).Decided.ShouldBeFalse();

        await scene.EndAsync(request);
    }

    [Theory]
    [InlineData("{\"to\":\"main\"}", "what they were")]
    [InlineData("[]", "JSON object")]
    [InlineData("{\"to\":\"a\",\"to\":\"b\"}", "one way only")]
    [InlineData("{\"to\":", "one way only")]
    [InlineData("{\"to\":\"forbidden\"}", "not that")]
    public async Task Arguments_that_the_action_can_not_have_leave_the_ask_as_it_was(string written, string says)
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync(redrafted: Anew);
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask with { Arguments = written }, AskScene.Alice)).ShouldContain(says);

        scene.Approvals.ShouldBeEmpty();
        (await scene.AnswerAsync(ask, AskScene.Alice)).Decided.ShouldBeTrue();
        await using var passage = await request;
        passage.Granted.ShouldBeTrue();
    }

    [Fact]
    public async Task Who_may_not_say_yes_may_not_write_it_anew()
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync(redrafted: Anew);
        var ask = await scene.RaisedAsync() with { Arguments = Written };

        (await scene.RefusedAsync(ask, AskScene.Mallory)).ShouldContain("not enrolled");
        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldContain("don't name");
        (await scene.RefusedAsync(ask with { Granted = false }, AskScene.Alice)).ShouldContain("takes no arguments");
        (await scene.RefusedAsync(ask with { Arguments = new string(' ', 70_000) }, AskScene.Alice)).ShouldContain(
            "65536"
        );

        await scene.EndAsync(request);
    }

    [Fact]
    public async Task An_action_that_nobody_can_carry_out_otherwise_can_not_be_written_anew()
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        scene.Inbox.Ask(AskScene.Alice, ask.Id)!.Arguments.ShouldBeNull();
        (await scene.RefusedAsync(ask with { Arguments = Written }, AskScene.Alice)).ShouldContain(
            "can't be written anew"
        );

        await scene.EndAsync(request);
    }

    [Fact]
    public async Task A_draft_reaches_no_other_tool_and_no_other_session()
    {
        foreach (
            var bent in (Func<AgentAction, AgentAction>[])
                [
                    action => action with { Target = new ToolTarget("git", "delete") },
                    action => action with { Session = Core.Sessions.SessionId.New() },
                ]
        )
        {
            using var scene = AskScene.With("{ by: alice }");
            var request = scene.RequestAsync(
                redrafted: (action, draft) => new Redraft(bent(action with { Arguments = draft }), null)
            );
            var ask = await scene.RaisedAsync();

            await scene.AnswerAsync(ask with { Arguments = Written }, AskScene.Alice);

            await scene.ShouldBeRefusedAsync(request);
        }
    }

    private static Redraft Anew(AgentAction action, JsonElement draft) =>
        draft.GetProperty("to").GetString() == "forbidden"
            ? new Redraft(null, "not that")
            : new Redraft(action with { Arguments = draft }, null);
}
