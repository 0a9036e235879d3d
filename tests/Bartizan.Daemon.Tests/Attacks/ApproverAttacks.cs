using Bartizan.Daemon.Tests.Approvals;

namespace Bartizan.Daemon.Tests.Attacks;

/// <summary>People who must not count: whom no rule names, who counted already, and whom a rule separates.</summary>
public sealed class ApproverAttacks
{
    [Theory]
    [InlineData(AskScene.Bob, "its rules don't name `bob`")]
    [InlineData(AskScene.Mallory, "is not enrolled")]
    [InlineData("alice", "is not enrolled")]
    [InlineData("", "is not enrolled")]
    public async Task The_wrong_person_can_not_answer(string person, string says)
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask, person)).ShouldContain(says);
        (await scene.RefusedAsync(ask with { Granted = false }, person)).ShouldContain(says);
        request.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(request);
        scene.Approvals.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_no_rule_names_people_nobody_but_the_starter_can_answer()
    {
        using var scene = AskScene.With();
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        foreach (var person in (string[])[AskScene.Alice, AskScene.Mallory, "root"])
        {
            (await scene.RefusedAsync(ask, person)).ShouldContain("nobody but");
        }

        await scene.EndAsync(request);
    }

    [Fact]
    public async Task A_quorum_is_not_met_by_one_account_under_two_names()
    {
        using var scene = AskScene.With("{ by: [alice, bob], quorum: 2 }");
        scene.Enrol("people:\n  - { name: alice, uid: 4201 }\n");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Alice);

        scene.Enrol("people:\n  - { name: bob, uid: 4201 }\n");

        (await scene.RefusedAsync(ask, AskScene.Alice)).ShouldContain("you have said yes");
        request.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(request);
    }

    [Fact]
    public async Task A_quorum_is_not_met_by_one_name_from_two_accounts()
    {
        using var scene = AskScene.With("{ by: [alice, bob], quorum: 2 }");
        scene.Enrol("people:\n  - { name: alice, uid: 4201 }\n");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Alice);

        scene.Enrol("people:\n  - { name: alice, uid: 4202 }\n");

        (await scene.AnswerAsync(ask, AskScene.Bob)).Decided.ShouldBeFalse();
        request.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(request);
    }

    [Fact]
    public async Task Who_was_taken_off_the_list_after_their_yes_does_not_count()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2 }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Alice);

        scene.Enrol("people:\n  - { name: bob, uid: 4202 }\n  - { name: cy, uid: 4203 }\n");

        (await scene.AnswerAsync(ask, AskScene.Bob)).Decided.ShouldBeFalse();
        request.IsCompleted.ShouldBeFalse();
        (await scene.AnswerAsync(ask, AskScene.Cy)).Decided.ShouldBeTrue();
        await using var passage = await request;
        passage.Granted.ShouldBeTrue();
    }

    [Theory]
    [InlineData("people: []\n")]
    [InlineData("people: nobody\n")]
    [InlineData("people:\n  - { name: alice, uid: 4201 }\n  - { name: alice, uid: 4202 }\n")]
    public async Task A_list_of_people_that_names_nobody_lets_nobody_answer(string people)
    {
        using var scene = AskScene.With("{ by: alice }");
        scene.Enrol(people);
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask, AskScene.Alice)).ShouldNotBeEmpty();
        await scene.EndAsync(request);
    }

    [Theory]
    [InlineData("people: nobody\n")]
    [InlineData("people:\n  - { name: alice, uid: 4201 }\n  - { name: alice, uid: 4202 }\n")]
    public async Task A_list_of_people_with_a_mistake_hides_no_ask_and_says_why_nobody_counts(string people)
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        scene.Enrol(people);

        scene.Inbox.Asks(AskScene.Alice).Asks.ShouldHaveSingleItem().WhyNot!.ShouldContain("can't be read");
        (await scene.RefusedAsync(ask, AskScene.Alice)).ShouldContain("can't be read");
        await scene.AnswerAsync(ask with { Granted = false }, AskScene.Dora);
        await scene.ShouldBeRefusedAsync(request);
    }

    [Fact]
    public async Task Who_started_the_session_is_not_counted_where_the_rule_separates_them()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2, separate: [starter] }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldContain("started the session");
        await scene.AnswerAsync(ask, AskScene.Alice);
        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldContain("started the session");
        request.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(request);
    }

    [Theory]
    [InlineData("alice")]
    [InlineData(AskScene.Alice)]
    public async Task Who_wrote_the_manifest_is_not_counted_where_the_rule_separates_them(string author)
    {
        using var scene = AskScene.With("{ by: team, separate: [author] }");
        scene.Authors = [author];
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask, AskScene.Alice)).ShouldContain("wrote the manifest");
        request.IsCompleted.ShouldBeFalse();
        (await scene.AnswerAsync(ask, AskScene.Bob)).Decided.ShouldBeTrue();
        await using var passage = await request;
        passage.Granted.ShouldBeTrue();
    }

    [Fact]
    public async Task The_starter_of_one_session_can_not_answer_for_another()
    {
        using var scene = AskScene.With();
        var (theirs, control) = scene.Open("", AskScene.Alice);
        var request = scene.RequestAsync(session: theirs);
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldContain("nobody but");
        control.End();
        await scene.ShouldBeRefusedAsync(request);
    }
}
