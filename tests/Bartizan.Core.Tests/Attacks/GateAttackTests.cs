using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>What happens between two steps of the monitor, moved to where it hurts.</summary>
public sealed class GateAttackTests
{
    public static TheoryData<string> Moments => ["guard", "person", "approval entry", "intent entry"];

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_kill_between_any_two_steps_refuses(string moment) =>
        await IsRefusedAsync(moment, gate => gate.Control.End());

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_kill_of_a_paused_session_between_any_two_steps_refuses(string moment) =>
        await IsRefusedAsync(
            moment,
            gate =>
            {
                gate.Control.Pause();
                gate.Control.End();
            }
        );

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task The_fleets_switch_between_any_two_steps_refuses(string moment) =>
        await IsRefusedAsync(moment, gate => gate.FleetRunning = false);

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_policy_tightened_between_any_two_steps_refuses(string moment) =>
        await IsRefusedAsync(moment, gate => gate.Replace(Gate.DenyModel, Gate.AllowModel));

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_policy_emptied_between_any_two_steps_refuses(string moment) =>
        await IsRefusedAsync(moment, gate => gate.Replace());

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_pause_between_any_two_steps_holds_and_a_resume_lets_go(string moment)
    {
        var gate = At(moment, gate => gate.Control.Pause());
        var request = gate.RequestAsync().AsTask();
        await gate.Clock.WhenWaitedForAsync(gate.Options.PauseWithin);
        request.IsCompleted.ShouldBeFalse();
        gate.Control.Resume().ShouldBeTrue();
        await using var passage = await request;
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
    }

    [Theory]
    [InlineData("guard")]
    [InlineData("intent entry")]
    public async Task An_allow_that_became_an_ask_is_refused_unless_it_is_asked(string moment)
    {
        var gate = At(moment, gate => gate.Replace(Gate.AskModel), Gate.AllowModel);
        var asks = 0;
        gate.OnAsk = (request, _) => Task.FromResult(new Approval(++asks > 0, request.Digest, "alice", null));
        await using var passage = await gate.RequestAsync();
        passage.Granted.ShouldBe(asks == 1);
        passage.Granted.ShouldBe(moment == "guard");
    }

    [Fact]
    public async Task A_loosened_policy_does_not_answer_for_the_person()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (request, _) =>
        {
            gate.Replace(Gate.AllowModel);
            return Task.FromResult(new Approval(false, request.Digest, "alice", "not today"));
        };
        var passage = await gate.RequestAsync();
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldContain("not today");
    }

    [Fact]
    public async Task An_approval_does_not_serve_another_rule_that_asks()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (request, _) =>
        {
            gate.Replace("allow: model other/*", Gate.AskModel);
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };
        var passage = await gate.RequestAsync();
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldContain("changed");
    }

    [Fact]
    public async Task An_approval_serves_an_equal_policy_that_was_loaded_anew()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (request, _) =>
        {
            gate.Replace(Gate.AskModel);
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };
        await using var passage = await gate.RequestAsync();
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
    }

    [Fact]
    public async Task An_approval_for_another_digest_is_a_refusal_and_is_recorded_as_one()
    {
        var gate = Gate.With(Gate.AskModel);
        var other = Digest.Of("other"u8);
        gate.OnAsk = (_, _) => Task.FromResult(new Approval(true, other, "mallory", null));
        gate.ShouldBeRefused(await gate.RequestAsync());
        var approval = gate.Journal.Of(EntryKind.Approval).ShouldHaveSingleItem();
        approval.Effect.ShouldBe(Effect.Deny);
        approval.Person.ShouldBe("mallory");
        approval.Action.ShouldNotBe(other);
        var refusal = gate.Journal.Of(EntryKind.Refusal).ShouldHaveSingleItem();
        refusal.Verdict.ShouldBe(Effect.Ask);
        refusal.Action.ShouldBe(approval.Action);
    }

    [Fact]
    public async Task An_intent_says_that_the_rules_asked_and_which_answer_it_came_of()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnAsk = (request, _) => Task.FromResult(new Approval(true, request.Digest, "alice", null));
        await using var passage = await gate.RequestAsync();
        var intent = gate.Journal.Of(EntryKind.Intent).ShouldHaveSingleItem();
        intent.Effect.ShouldBe(Effect.Allow);
        intent.Verdict.ShouldBe(Effect.Ask);
        intent.Action.ShouldBe(gate.Journal.Of(EntryKind.Approval).ShouldHaveSingleItem().Action);
    }

    [Fact]
    public async Task An_answer_without_a_digest_or_a_person_or_a_yes_is_a_refusal()
    {
        Func<ApprovalRequest, Approval>[] answers =
        [
            _ => default,
            request => new Approval(false, request.Digest, "alice", null),
            _ => new Approval(true, default, "alice", null),
            request => new Approval(true, request.Digest, null, null),
            request => new Approval(true, request.Digest, "", null),
            request => new Approval(true, request.Action.ComputeDigest(), "alice", null),
        ];
        foreach (var answer in answers)
        {
            var gate = Gate.With(Gate.AskModel);
            gate.OnAsk = (request, _) => Task.FromResult(answer(request));
            gate.ShouldBeRefused(await gate.RequestAsync());
            gate.Journal.Of(EntryKind.Approval).ShouldHaveSingleItem().Effect.ShouldBe(Effect.Deny);
        }
    }

    [Fact]
    public async Task An_answer_kept_from_an_earlier_equal_action_serves_nothing()
    {
        var gate = Gate.With(Gate.AskModel);
        Approval? kept = null;
        gate.OnAsk = (request, _) => Task.FromResult(kept ??= new Approval(true, request.Digest, "alice", null));
        await using var first = await gate.RequestAsync();
        first.Granted.ShouldBeTrue();
        (await gate.RequestAsync()).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Two_equal_actions_at_once_can_not_share_an_answer()
    {
        var gate = Gate.With(Gate.AskModel);
        var requests = new List<ApprovalRequest>();
        var both = new TaskCompletionSource();
        gate.OnAsk = async (request, _) =>
        {
            lock (requests)
            {
                requests.Add(request);
                if (requests.Count == 2)
                {
                    both.SetResult();
                }
            }

            await both.Task;
            return new Approval(true, requests[0].Digest, "alice", null);
        };
        var passages = await Task.WhenAll(gate.RequestAsync().AsTask(), gate.RequestAsync().AsTask());
        passages.Count(passage => passage.Granted).ShouldBe(1);
    }

    [Fact]
    public async Task An_approval_is_recorded_before_the_intent_it_allows()
    {
        var gate = Gate.With(Gate.AskModel);
        Digest shown = default;
        gate.OnAsk = (request, _) =>
        {
            shown = request.Digest;
            return Task.FromResult(new Approval(true, request.Digest, "bob", "looks right"));
        };
        await using var passage = await gate.RequestAsync();
        gate.Journal.Entries.Select(entry => entry.Kind).ShouldBe([EntryKind.Approval, EntryKind.Intent]);
        var approval = gate.Journal.Entries[0];
        approval.Person.ShouldBe("bob");
        approval.Effect.ShouldBe(Effect.Allow);
        approval.Action.ShouldBe(shown);
        approval.Reason.ShouldBe("looks right");
        approval.Policy.ShouldBe(gate.Session.Policy.Digest);
        approval.Rules.ShouldHaveSingleItem().Text.ShouldStartWith("ask: ");
    }

    [Fact]
    public async Task A_session_revoked_while_a_person_thinks_takes_the_ask_down()
    {
        var gate = Gate.With(Gate.AskModel);
        CancellationToken told = default;
        var never = new TaskCompletionSource<Approval>();
        var asked = new TaskCompletionSource();
        gate.OnAsk = (_, token) =>
        {
            told = token;
            asked.SetResult();
            return never.Task;
        };
        var request = gate.RequestAsync().AsTask();
        await asked.Task;
        gate.Control.End();
        gate.ShouldBeRefused(await request);
        told.IsCancellationRequested.ShouldBeTrue();
        never.TrySetResult(new Approval(true, default, "alice", null));
    }

    [Fact]
    public async Task The_intent_names_the_policy_that_decided_and_not_a_later_one()
    {
        var gate = Gate.With(Gate.AllowModel);
        var before = gate.Session.Policy.Digest;
        gate.Journal.Before = (entry, _) =>
        {
            if (entry.Kind == EntryKind.Intent)
            {
                gate.Replace(Gate.AllowModel, "allow: tool x/y");
            }

            return Task.CompletedTask;
        };
        await using var passage = await gate.RequestAsync();
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        gate.Journal.Of(EntryKind.Intent).ShouldHaveSingleItem().Policy.ShouldBe(before);
        gate.Session.Policy.Digest.ShouldNotBe(before);
    }

    [Fact]
    public async Task Labels_added_while_an_action_waits_are_in_its_intent()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.OnInspect = (_, _) => Task.FromResult(new GuardReport(Effect.Allow, Labels.Untrusted, []));
        gate.OnAsk = (request, _) =>
        {
            gate.Session.AddLabels(Labels.Secret);
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };
        await using var passage = await gate.RequestAsync();
        gate.Journal.Of(EntryKind.Intent).ShouldHaveSingleItem().Labels.ShouldBe(Labels.Untrusted | Labels.Secret);
    }

    [Fact]
    public async Task Labels_added_while_the_intent_is_written_decide_once_more()
    {
        var gate = Gate.With(Gate.AskModel);
        gate.Journal.Before = (entry, _) =>
        {
            if (entry.Kind == EntryKind.Intent)
            {
                gate.Session.AddLabels(Labels.Private);
            }

            return Task.CompletedTask;
        };
        await using var passage = await gate.RequestAsync();
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
    }

    private static async Task IsRefusedAsync(string moment, Action<Gate> attack)
    {
        var control = At(moment, _ => { });
        await using var granted = await control.RequestAsync();
        granted.Granted.ShouldBeTrue(granted.Decision.Reason);

        var gate = At(moment, attack);
        var passage = await gate.RequestAsync();
        gate.ShouldBeRefused(passage);
        gate.Journal.Of(EntryKind.Refusal).ShouldHaveSingleItem();
        gate.Journal.Of(EntryKind.Intent).Count().ShouldBe(moment == "intent entry" ? 1 : 0);
    }

    private static Gate At(string moment, Action<Gate> attack, string rule = Gate.AskModel)
    {
        var gate = Gate.With(rule);
        void Reach(string name)
        {
            if (name == moment)
            {
                attack(gate);
            }
        }

        gate.OnInspect = (_, _) =>
        {
            Reach("guard");
            return Task.FromResult(GuardReport.Clean);
        };
        gate.OnAsk = (request, _) =>
        {
            Reach("person");
            return Task.FromResult(new Approval(true, request.Digest, "alice", null));
        };
        gate.Journal.Before = (entry, _) =>
        {
            Reach(
                entry.Kind switch
                {
                    EntryKind.Approval => "approval entry",
                    EntryKind.Intent => "intent entry",
                    _ => "",
                }
            );
            return Task.CompletedTask;
        };
        return gate;
    }
}
