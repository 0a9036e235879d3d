using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Tests.Enforcement;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>What was true when a step began is not true when it ends: who is still asked, and what still counts.</summary>
public sealed class RecheckAttackTests
{
    [Fact]
    public async Task An_allowed_action_that_is_killed_while_a_guard_reads_leaves_no_intent()
    {
        await using var passage = await KilledByAGuardAsync(1);
        passage.Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task After_a_kill_no_further_guard_reads()
    {
        await using var passage = await KilledByAGuardAsync(2);
        passage.Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task A_session_that_does_not_run_is_shown_to_no_guard_and_no_person()
    {
        var gate = Gate.With(Gate.AskModel);
        var seen = 0;
        gate.OnInspect = (_, _) => Task.FromResult(GuardReport.Clean with { Findings = [$"{++seen}"] });
        gate.OnAsk = (request, _) => Task.FromResult(new Approval(++seen > 0, request.Digest, "alice", null));
        gate.Control.End();
        gate.ShouldBeRefused(await gate.RequestAsync());
        seen.ShouldBe(0);
    }

    [Fact]
    public async Task An_obligation_that_changed_while_the_intent_was_written_refuses()
    {
        var gate = Gate.With("allow: tool x/y");
        var watched = gate.Session.Manifest with { Environment = DeploymentEnvironment.Development };
        gate.Control.Replace(Policy.Compile(watched, observe: true));
        await using (var observed = await gate.RequestAsync())
        {
            observed.Granted.ShouldBeTrue(observed.Decision.Reason);
            observed.Obligations.Observed.ShouldBeTrue();
            gate.Journal.Of(EntryKind.Intent).ShouldHaveSingleItem().Observed.ShouldBeTrue();
            await observed.CompleteAsync(new Outcome(OutcomeKind.Cut));
        }

        AtTheIntent(gate, () => gate.Replace(Gate.AllowModel));
        var passage = await gate.RequestAsync();
        gate.ShouldBeRefused(passage);
        passage.Decision.Reason.ShouldContain("changed while it was being recorded");
    }

    [Fact]
    public async Task What_a_guard_asked_for_counts_until_the_intent_is_written()
    {
        var gate = Gate.With(Gate.AllowModel);
        gate.OnInspect = (_, _) => Task.FromResult(GuardReport.Clean with { Strictest = Effect.Ask });
        AtTheIntent(gate, () => gate.Replace("allow: model anthropic/claude"));
        gate.ShouldBeRefused(await gate.RequestAsync());
    }

    private static async Task<Passage> KilledByAGuardAsync(int guards)
    {
        var gate = Gate.With(Gate.AllowModel);
        var reads = 0;
        gate.OnInspect = (_, _) =>
        {
            reads++;
            gate.Control.End();
            return Task.FromResult(GuardReport.Clean);
        };
        var chain = Enumerable.Repeat<IGuard>(gate, guards);
        var monitor = new ReferenceMonitor(gate, gate.Journal, gate, [.. chain], gate.Clock, gate.Options);
        var passage = await monitor.RequestAsync(gate.Action, default);
        gate.ShouldBeRefused(passage);
        gate.Journal.Entries.ShouldHaveSingleItem().Kind.ShouldBe(EntryKind.Refusal);
        reads.ShouldBe(1);
        return passage;
    }

    private static void AtTheIntent(Gate gate, Action attack) =>
        gate.Journal.Before = (entry, _) =>
        {
            if (entry.Kind == EntryKind.Intent)
            {
                attack();
            }

            return Task.CompletedTask;
        };
}
