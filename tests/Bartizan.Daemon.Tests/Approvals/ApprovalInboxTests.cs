using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Daemon.Tests.Approvals;

/// <summary>Asks and answers, when everybody does what they should.</summary>
public sealed class ApprovalInboxTests
{
    [Fact]
    public async Task An_ask_waits_until_it_is_answered_and_then_goes_on()
    {
        using var scene = AskScene.With();
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        request.IsCompleted.ShouldBeFalse();
        scene.Clock.Advance(TimeSpan.FromSeconds(7));

        (await scene.AnswerAsync(ask, AskScene.Dora)).Decided.ShouldBeTrue();

        await using var passage = await request;
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        var approval = scene.Approvals.ShouldHaveSingleItem();
        approval.Person.ShouldBe(AskScene.Dora);
        approval.Effect.ShouldBe(Effect.Allow);
        approval.Action.ToString().ShouldBe(ask.Digest);
        approval.Usage!.Milliseconds.ShouldBe(7000);
        approval.Detail.ShouldBe("once; 1 answers within the hour");
        scene.Entries.Select(entry => entry.Kind).ShouldBe([EntryKind.Approval, EntryKind.Intent]);
    }

    [Fact]
    public async Task A_quorum_is_met_by_as_many_people_and_each_yes_is_an_entry()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2 }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.AnswerAsync(ask, AskScene.Alice)).Decided.ShouldBeFalse();
        request.IsCompleted.ShouldBeFalse();
        (await scene.AnswerAsync(ask, AskScene.Bob)).Decided.ShouldBeTrue();

        await using var passage = await request;
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        scene
            .Approvals.Select(entry => (entry.Person, entry.Detail))
            .ShouldBe([
                (AskScene.Alice, "once, as alice; 1 answers within the hour"),
                (AskScene.Bob, "once, as bob, yes number 2; 1 answers within the hour"),
            ]);
    }

    [Fact]
    public async Task A_no_refuses_and_its_reason_reaches_the_agent()
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        await scene.AnswerAsync(ask with { Granted = false, Reason = "not on a Friday" }, AskScene.Alice);

        await using var passage = await request;
        passage.Granted.ShouldBeFalse();
        passage.Decision.Told.ShouldContain("not on a Friday");
        passage.Decision.Told.ShouldNotContain("alice");
        scene.Approvals.ShouldHaveSingleItem().Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public async Task Who_started_the_session_may_always_refuse()
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        await scene.AnswerAsync(ask with { Granted = false }, AskScene.Dora);

        await scene.ShouldBeRefusedAsync(request);
    }

    [Fact]
    public async Task After_its_time_an_ask_is_refused_by_its_name()
    {
        using var scene = AskScene.With("{ by: alice, within: 1m }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.Clock.WhenWaitedForAsync(TimeSpan.FromMinutes(1));

        scene.Clock.Advance(TimeSpan.FromMinutes(1));

        await using var passage = await request;
        passage.Granted.ShouldBeFalse();
        passage.Decision.Told.ShouldContain($"nobody answered approval {ask.Id} in time");
        scene.Approvals.ShouldHaveSingleItem().Person.ShouldBeNull();
        scene.Inbox.Asks(AskScene.Alice).Asks.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_inbox_tells_each_person_whether_they_may_answer()
    {
        using var scene = AskScene.With("{ by: [alice, dora], separate: [starter] }");
        var request = scene.RequestAsync("""{"to":"main","n":1}""");
        var ask = await scene.RaisedAsync();

        var line = scene.Inbox.Asks(AskScene.Alice).Asks.ShouldHaveSingleItem();

        (line.Id, line.Digest, line.Action).ShouldBe((ask.Id, ask.Digest, "tool git/merge"));
        line.Details.ShouldBe(["args.to = \"main\"", "args.n = 1"]);
        line.WhyNot.ShouldBeNull();
        line.Needs.ShouldBe("1 of alice, dora, not who started it");
        scene
            .Inbox.Asks(AskScene.Dora)
            .Asks[0]
            .WhyNot.ShouldBe("`dora` started the session, and its rules don't count that");
        scene.Inbox.Asks(AskScene.Bob).Asks[0].WhyNot.ShouldBe("its rules don't name `bob`");
        scene.Inbox.Asks(AskScene.Mallory).Asks[0].WhyNot.ShouldBe($"`{AskScene.Mallory}` is not enrolled");
        await scene.EndAsync(request);
    }
}
