using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>The monitor's way through the eight steps when nothing is broken.</summary>
public sealed class ReferenceMonitorTests
{
    [Fact]
    public async Task An_allowed_action_is_granted_once_its_intent_is_durable()
    {
        var gate = Gate.With(Gate.AllowModel);
        var asked = new TaskCompletionSource();
        var disk = new TaskCompletionSource();
        gate.Journal.Before = (_, _) =>
        {
            asked.SetResult();
            return disk.Task;
        };
        var request = gate.RequestAsync().AsTask();
        await asked.Task;
        request.IsCompleted.ShouldBeFalse();
        gate.Journal.Before = null;
        disk.SetResult();

        await using var passage = await request;

        passage.Granted.ShouldBeTrue();
        passage.Number.ShouldBe(1);
        passage.Revoked.ShouldBe(gate.Session.Revoked);
        var intent = gate.Journal.Entries.ShouldHaveSingleItem();
        intent.Kind.ShouldBe(EntryKind.Intent);
        intent.Session.ShouldBe(gate.Session.Id);
        intent.Agent.ShouldBe("tester@3");
        intent.Person.ShouldBe("alice");
        intent.Passage.ShouldBe(1);
        intent.Point.ShouldBe("model");
        intent.Verb.ShouldBe(Verb.Model);
        intent.Target.ShouldBe("anthropic/claude");
        intent.Effect.ShouldBe(Effect.Allow);
        intent.Policy.ShouldBe(gate.Session.Policy.Digest);
        intent.Rules.ShouldBe(passage.Decision.Rules);
        intent.Observed.ShouldBeFalse();
        intent.Payloads.ShouldHaveSingleItem().Role.ShouldBe("request");
    }

    [Fact]
    public async Task What_no_rule_allows_is_refused_and_recorded()
    {
        var gate = Gate.With(Gate.AllowModel);
        var passage = await gate.Monitor.RequestAsync(gate.ActionFor(new ToolTarget("github", "merge")), default);
        gate.ShouldBeRefused(passage);
        var refusal = gate.Journal.Entries.ShouldHaveSingleItem();
        refusal.Kind.ShouldBe(EntryKind.Refusal);
        refusal.Target.ShouldBe("github/merge");
        refusal.Effect.ShouldBe(Effect.Deny);
        refusal.Agent.ShouldBe("tester@3");
        refusal.Count.ShouldBe(1);
        refusal.Reason.ShouldBe(passage.Decision.Reason);
        refusal.Policy.ShouldBe(gate.Session.Policy.Digest);
    }

    [Fact]
    public async Task A_denied_action_is_not_shown_to_guards_or_people()
    {
        var gate = Gate.With(Gate.DenyModel, Gate.AllowModel);
        var seen = 0;
        gate.OnInspect = (_, _) => Task.FromResult(GuardReport.Clean with { Findings = [$"{++seen}"] });
        gate.OnAsk = (request, _) => Task.FromResult(new Approval(++seen > 0, request.Digest, "alice", null));
        gate.ShouldBeRefused(await gate.RequestAsync());
        seen.ShouldBe(0);
        gate.Journal.Entries.ShouldHaveSingleItem().Rules.ShouldHaveSingleItem().Text.ShouldStartWith("deny: ");
    }

    [Fact]
    public async Task Passages_are_numbered_without_a_gap_for_those_that_are_recorded()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var first = await gate.RequestAsync();
        await using var second = await gate.RequestAsync();
        (first.Number, second.Number).ShouldBe((1, 2));
    }

    [Fact]
    public async Task Nothing_passes_before_the_session_starts()
    {
        var gate = Gate.With(Gate.AllowModel);
        var (session, control) = Session.Open(
            SessionId.New(),
            gate.Session.Manifest,
            gate.Session.Policy,
            "bob",
            false
        );
        gate.OnFind = _ => session;
        var action = gate.Action with { Session = session.Id };
        gate.ShouldBeRefused(await gate.Monitor.RequestAsync(action, default));
        control.Start();
        await using var passage = await gate.Monitor.RequestAsync(action, default);
        passage.Granted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_session_that_is_not_the_one_asked_for_is_no_session()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnFind = _ => gate.Session;
        var passage = await gate.Monitor.RequestAsync(gate.Action with { Session = SessionId.New() }, default);
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldBe("there is no such session");
    }

    [Fact]
    public async Task An_unknown_session_is_refused_and_recorded()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.Known = null;
        gate.ShouldBeRefused(await gate.RequestAsync());
        var refusal = gate.Journal.Entries.ShouldHaveSingleItem();
        refusal.Session.ShouldBe(gate.Session.Id);
        refusal.Agent.ShouldBeNull();
    }

    [Fact]
    public async Task The_fleets_switch_stops_every_session()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.FleetRunning = false;
        var passage = await gate.RequestAsync();
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldContain("switch");
    }

    [Fact]
    public async Task A_target_at_the_bound_is_matched_and_one_above_it_is_not()
    {
        var gate = Gate.With("allow: model anthropic/**");
        var room = ReferenceMonitor.MaxTargetLength - "anthropic/".Length;
        var longest = gate.ActionFor(new ModelTarget("anthropic", new string('m', room)));
        var tooLong = gate.ActionFor(new ModelTarget("anthropic", new string('m', room + 1)));
        await using var passage = await gate.Monitor.RequestAsync(longest, default);
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        var refused = await gate.Monitor.RequestAsync(tooLong, default);
        refused.Granted.ShouldBeFalse();
        refused.Decision.Reason.ShouldContain("longer");
        var kept = gate.Journal.Of(EntryKind.Refusal).ShouldHaveSingleItem().Target!;
        kept.Length.ShouldBe(1025);
        kept.ShouldEndWith("m…");
    }

    [Fact]
    public async Task A_session_under_observe_says_so_in_every_entry()
    {
        var gate = Gate.Observing(Gate.AskModel, "deny: tool *");
        await using (await gate.RequestAsync()) { }
        await gate.Monitor.RequestAsync(gate.ActionFor(new ToolTarget("a", "b")), default);
        gate.Journal.Entries.Length.ShouldBe(4);
        gate.Journal.Entries.ShouldAllBe(entry => entry.Observed);
    }

    [Fact]
    public async Task Without_guards_an_action_is_decided_all_the_same()
    {
        var gate = Gate.Unguarded(Gate.AllowModel);
        gate.OnInspect = (_, _) => throw new InvalidOperationException();
        await using var passage = await gate.RequestAsync();
        passage.Granted.ShouldBeTrue();
    }

    [Theory]
    [InlineData(Effect.Deny)]
    [InlineData((Effect)7)]
    [InlineData((Effect)(-1))]
    public async Task A_guard_that_objects_is_obeyed(Effect strictest)
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnInspect = (_, _) => Task.FromResult(new GuardReport(strictest, Labels.None, ["a secret"]));
        gate.ShouldBeRefused(await gate.RequestAsync());
    }

    [Fact]
    public async Task A_guard_that_wants_a_person_asked_gets_one()
    {
        var gate = Gate.With(Gate.AllowModel);
        var asks = 0;
        gate.OnInspect = (_, _) => Task.FromResult(new GuardReport(Effect.Ask, Labels.None, []));
        gate.OnAsk = (request, _) =>
            Task.FromResult(new Approval(++asks == 1, request.Digest, "alice", "seen too often"));
        await using var passage = await gate.RequestAsync();
        passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        gate.ShouldNotBeNull();
        (await gate.RequestAsync()).Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task The_strictest_of_several_guards_counts_and_all_of_their_labels()
    {
        var gate = Gate.With(Gate.AllowModel);
        var reports = new Queue<GuardReport>([
            new GuardReport(Effect.Deny, Labels.Private, ["x"]),
            new GuardReport(Effect.Allow, Labels.Secret, ["y"]),
        ]);
        gate.OnInspect = (_, _) => Task.FromResult(reports.Dequeue());
        var monitor = new ReferenceMonitor(gate, gate.Journal, gate, [gate, gate], gate.Clock, gate.Options);
        gate.ShouldBeRefused(await monitor.RequestAsync(gate.Action, default));
        gate.Session.Labels.ShouldBe(Labels.Private | Labels.Secret);
    }

    [Fact]
    public async Task A_label_stays_even_if_the_next_guard_fails()
    {
        var gate = Gate.With(Gate.AllowModel);
        var calls = 0;
        gate.OnInspect = (_, _) =>
            ++calls == 1
                ? Task.FromResult(new GuardReport(Effect.Allow, Labels.Untrusted, []))
                : throw new InvalidOperationException();
        var monitor = new ReferenceMonitor(gate, gate.Journal, gate, [gate, gate], gate.Clock, gate.Options);
        gate.ShouldBeRefused(await monitor.RequestAsync(gate.Action, default));
        gate.Session.Labels.ShouldBe(Labels.Untrusted);
        gate.Journal.Of(EntryKind.Refusal).ShouldHaveSingleItem().Labels.ShouldBe(Labels.Untrusted);
    }

    [Fact]
    public async Task What_a_point_refuses_by_itself_is_recorded_like_every_refusal()
    {
        var gate = Gate.With(Gate.AllowModel);
        await gate.Monitor.RefuseAsync(gate.Action, "the name is not one");
        gate.OnFind = _ => throw new InvalidOperationException();
        await gate.Monitor.RefuseAsync(gate.Action, "nor this");
        gate.Journal.Entries.Select(entry => (entry.Kind, entry.Reason, entry.Agent))
            .ShouldBe([(EntryKind.Refusal, "the name is not one", "tester@3"), (EntryKind.Refusal, "nor this", null)]);
    }

    [Fact]
    public async Task A_request_for_nothing_is_a_bug_and_says_so()
    {
        var gate = Gate.With(Gate.AllowModel);
        await Should.ThrowAsync<ArgumentNullException>(async () => await gate.Monitor.RequestAsync(null!, default));
        await Should.ThrowAsync<ArgumentNullException>(async () => await gate.Monitor.RefuseAsync(null!, ""));
    }
}
