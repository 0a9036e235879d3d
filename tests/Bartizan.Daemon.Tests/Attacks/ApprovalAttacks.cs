using System.Text;
using System.Text.Json;
using Bartizan.Client.Approvals;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Daemon.Approvals;
using Bartizan.Daemon.Tests.Approvals;

namespace Bartizan.Daemon.Tests.Attacks;

/// <summary>Answers that must not count. Each attack is beside one that counts, so that it could fail.</summary>
public sealed class ApprovalAttacks
{
    [Fact]
    public async Task An_answer_that_is_replayed_counts_for_nothing()
    {
        using var scene = AskScene.With();
        var first = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Dora);
        await using (var passage = await first)
        {
            passage.Granted.ShouldBeTrue();
        }

        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldMatch("no ask|is over");

        var second = scene.RequestAsync();
        var again = await scene.RaisedAsync();
        again.Digest.ShouldNotBe(ask.Digest);
        (await scene.RefusedAsync(ask with { Id = again.Id }, AskScene.Dora)).ShouldContain("the digest isn't that of");
        second.IsCompleted.ShouldBeFalse();
        scene.Control.End();
        (await second).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Arguments_swapped_after_the_approval_are_another_ask()
    {
        using var scene = AskScene.With();
        var small = scene.RequestAsync("""{"amount":1}""");
        var shown = await scene.RaisedAsync();
        var large = scene.RequestAsync("""{"amount":1000000}""");
        var swapped = await scene.RaisedAsync();

        (await scene.RefusedAsync(shown with { Id = swapped.Id }, AskScene.Dora)).ShouldContain("what you were shown");
        await scene.AnswerAsync(shown, AskScene.Dora);

        await using var passage = await small;
        passage.Granted.ShouldBeTrue();
        large.IsCompleted.ShouldBeFalse();
        scene.Control.End();
        (await large).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Of_two_answers_at_once_one_counts()
    {
        using var scene = AskScene.With("{ by: team }");
        var held = new TaskCompletionSource();
        scene.Before = entry => entry.Kind == EntryKind.Approval ? held.Task : Task.CompletedTask;
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        var yes = scene.AnswerAsync(ask, AskScene.Alice);
        var no = scene.AnswerAsync(ask with { Granted = false }, AskScene.Bob);
        held.SetResult();

        (await yes).Decided.ShouldBeTrue();
        (await Should.ThrowAsync<Client.ControlException>(() => no)).Problem.Error.ShouldContain("is over");
        await using var passage = await request;
        passage.Granted.ShouldBeTrue();
        scene.Approvals.ShouldHaveSingleItem().Person.ShouldBe(AskScene.Alice);
    }

    [Fact]
    public async Task A_no_that_comes_first_is_not_undone_by_a_yes()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2 }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Alice);
        await scene.AnswerAsync(ask with { Granted = false }, AskScene.Bob);

        (await scene.RefusedAsync(ask, AskScene.Cy)).ShouldMatch("no ask|is over");
        await scene.ShouldBeRefusedAsync(request);
    }

    [Fact]
    public async Task An_answer_after_its_time_counts_for_nothing()
    {
        using var scene = AskScene.With("{ by: alice, within: 1m }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.Clock.WhenWaitedForAsync(TimeSpan.FromMinutes(1));
        scene.Clock.Advance(TimeSpan.FromMinutes(1));

        (await scene.RefusedAsync(ask, AskScene.Alice)).ShouldMatch("no ask|is over");
        await scene.ShouldBeRefusedAsync(request);
    }

    [Fact]
    public async Task The_same_ask_in_two_tabs_is_answered_once()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2 }");
        var request = scene.RequestAsync();
        var tab = await scene.RaisedAsync();
        var other = tab with { };

        (await scene.AnswerAsync(tab, AskScene.Alice)).Decided.ShouldBeFalse();
        (await scene.RefusedAsync(other, AskScene.Alice)).ShouldContain("you have said yes");
        request.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(request);
    }

    [Fact]
    public async Task An_answer_after_a_kill_counts_for_nothing()
    {
        using var scene = AskScene.With();
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        scene.Control.End();
        await scene.ShouldBeRefusedAsync(request);

        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldMatch("no ask|is over");
    }

    [Fact]
    public async Task A_kill_while_the_answer_is_recorded_wins()
    {
        using var scene = AskScene.With();
        Task<Core.Enforcement.Passage>? request = null;
        scene.Before = async entry =>
        {
            if (entry.Kind == EntryKind.Approval)
            {
                scene.Control.End();
                (await request!).Granted.ShouldBeFalse();
            }
        };
        request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldContain("ended while the answer was recorded");
        await scene.ShouldBeRefusedAsync(request);
    }

    [Fact]
    public async Task An_answer_that_can_not_be_recorded_counts_for_nothing()
    {
        using var scene = AskScene.With();
        scene.Before = entry => entry.Kind == EntryKind.Approval ? throw new IOException("full") : Task.CompletedTask;
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        await Should.ThrowAsync<IOException>(() => scene.AnswerAsync(ask, AskScene.Dora));
        request.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(request);
    }

    [Theory]
    [InlineData("{ by: alice, quorum: 1, within: 2m }")]
    [InlineData("{ by: [alice, bob], quorum: 2 }")]
    [InlineData("{ by: bob }")]
    public async Task An_approval_under_the_terms_of_a_policy_that_was_replaced_counts_for_nothing(string now)
    {
        using var scene = AskScene.With("{ by: alice }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        scene.Control.Replace(AskScene.PolicyOf(now));

        await scene.AnswerAsync(ask, AskScene.Alice);

        await scene.ShouldBeRefusedAsync(request);
    }

    [Fact]
    public async Task The_digest_of_another_ask_approves_neither()
    {
        using var scene = AskScene.With();
        var one = scene.RequestAsync(tool: "read");
        var read = await scene.RaisedAsync();
        var two = scene.RequestAsync(tool: "drop");
        var drop = await scene.RaisedAsync();

        (await scene.RefusedAsync(AskScene.Yes(read.Id, drop.Digest), AskScene.Dora)).ShouldContain("digest");
        (await scene.RefusedAsync(AskScene.Yes(drop.Id, read.Digest), AskScene.Dora)).ShouldContain("digest");
        one.IsCompleted.ShouldBeFalse();
        two.IsCompleted.ShouldBeFalse();
        await scene.EndAsync(one);
        await scene.ShouldBeRefusedAsync(two);
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("a-000000000000")]
    [InlineData("a-0000\0")]
    [InlineData("\u202e")]
    [InlineData("")]
    public async Task An_id_is_a_name_in_a_list_and_no_path(string id)
    {
        using var scene = AskScene.With();
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        var says = await scene.RefusedAsync(ask with { Id = id }, AskScene.Dora);

        says.ShouldContain("no ask");
        says.ShouldAllBe(c => c >= ' ' && c < '\x7f');
        await scene.EndAsync(request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    public async Task A_digest_that_is_short_or_guessed_approves_nothing(string digest)
    {
        using var scene = AskScene.With();
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (await scene.RefusedAsync(ask with { Digest = digest }, AskScene.Dora)).ShouldContain("digest");
        (await scene.RefusedAsync(ask with { Digest = ask.Digest.ToUpperInvariant() }, AskScene.Dora)).ShouldContain(
            "digest"
        );
        (await scene.RefusedAsync(ask with { Digest = ask.Digest[..12] }, AskScene.Dora)).ShouldContain("digest");
        await scene.EndAsync(request);
    }

    [Fact]
    public async Task A_reason_can_not_fill_the_record()
    {
        using var scene = AskScene.With();
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();

        (
            await scene.RefusedAsync(ask with { Reason = new string('x', ApprovalInbox.MaxReason + 1) }, AskScene.Dora)
        ).ShouldContain("at most");
        await scene.EndAsync(request);
    }

    [Fact]
    public async Task A_flood_of_asks_is_refused_at_its_bound_and_leaves_room_for_others()
    {
        using var scene = AskScene.With();
        var flood = new List<Task<Passage>>();
        for (var i = 0; i < ApprovalInbox.MaxWaitingOfSession; i++)
        {
            flood.Add(scene.RequestAsync($$"""{"n":{{i}}}"""));
            await scene.RaisedAsync();
        }

        await using (var over = await scene.RequestAsync())
        {
            over.Granted.ShouldBeFalse();
            over.Decision.Reason.ShouldContain("too many asks wait");
        }

        var (other, control) = scene.Open("", AskScene.Alice);
        var theirs = scene.RequestAsync(session: other);
        await scene.AnswerAsync(await scene.RaisedAsync(), AskScene.Alice);
        await using var passage = await theirs;
        passage.Granted.ShouldBeTrue();

        scene.Control.End();
        (await Task.WhenAll(flood)).ShouldAllBe(one => !one.Granted);
        scene.Inbox.Asks(AskScene.Dora).Asks.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_waits_in_all_is_bounded_too()
    {
        using var scene = AskScene.With();
        var flood = new List<Task<Passage>>();
        var controls = new List<Core.Sessions.SessionControl>();
        while (flood.Count < ApprovalInbox.MaxWaiting)
        {
            var (session, control) = scene.Open("");
            controls.Add(control);
            for (var i = 0; i < ApprovalInbox.MaxWaitingOfSession; i++)
            {
                flood.Add(scene.RequestAsync(session: session));
                await scene.RaisedAsync();
            }
        }

        await scene.ShouldBeRefusedAsync(scene.RequestAsync());

        controls.ForEach(control => control.End());
        (await Task.WhenAll(flood)).ShouldAllBe(one => !one.Granted);
    }

    [Fact]
    public async Task An_agent_that_hangs_up_takes_its_ask_down()
    {
        using var scene = AskScene.With();
        using var client = new CancellationTokenSource();
        var request = scene.RequestAsync(cancellationToken: client.Token);
        var ask = await scene.RaisedAsync();
        await client.CancelAsync();
        await scene.ShouldBeRefusedAsync(request);

        (await scene.RefusedAsync(ask, AskScene.Dora)).ShouldMatch("no ask|is over");
    }

    [Fact]
    public async Task Huge_arguments_are_shown_by_head_end_length_and_digest()
    {
        using var scene = AskScene.With();
        var text = new string('a', 500_000) + "EVIL" + new string('b', 500_000);
        var request = scene.RequestAsync(JsonSerializer.Serialize(new { text }));
        await scene.RaisedAsync();

        var detail = scene.Inbox.Asks(AskScene.Dora).Asks.Single().Details.ShouldHaveSingleItem();

        detail.Length.ShouldBeLessThan(600);
        detail.ShouldContain("of 1,000,004 characters left out, sha256 ");
        await scene.EndAsync(request);
    }

    [Fact]
    public async Task Arguments_can_not_be_guessed_from_the_digest_in_the_log()
    {
        using var scene = AskScene.With();
        var request = scene.RequestAsync("""{"amount":7}""");
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Dora);
        Digest acted;
        await using (var passage = await request)
        {
            acted = passage.Action!.ComputeDigest();
        }

        var entry = scene.Approvals.Single();
        var proof = AskScene.ProofOf(entry);

        // The attacker knows all but the salt, and tries every argument: with the digest of before, it would be found.
        var guesses = new HashSet<Digest>();
        for (var amount = 0; amount < 100; amount++)
        {
            var guess = new AgentAction
            {
                Session = scene.Session.Id,
                Target = new ToolTarget("git", "merge"),
                Point = "tools",
                Arguments = JsonElement.Parse($"{{\"amount\":{amount}}}"),
            }.ComputeDigest();
            guesses.Add(guess);
            guesses.Add(Digest.Of(Encoding.ASCII.GetBytes($"ask {proof.Number} {guess}")));
            guesses.Add(new AskProof(proof.Number, "", guess).Digest);
        }

        guesses.ShouldContain(acted);
        guesses.ShouldNotContain(entry.Action);
        entry.Detail!.ShouldNotContain(proof.Salt);

        // Who holds the payload verifies that this answer was to this action.
        (proof with { Action = acted }).Digest.ShouldBe(entry.Action);
        (proof with { Action = guesses.First(one => one != acted) }).Digest.ShouldNotBe(entry.Action);
        scene.Entries.Single(one => one.Kind == EntryKind.Intent).Action.ShouldBe(entry.Action);
    }
}
