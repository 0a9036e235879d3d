using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>Step 3 with several guards: what each says counts, and whom nothing concerns isn't asked.</summary>
public sealed class GuardChainTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_guard_that_an_action_does_not_concern_is_not_asked()
    {
        var idle = new Fixed(new GuardReport(Effect.Deny, Labels.Secret, ["never said"]), concerned: false);
        await using var passage = await RequestAsync(idle, new Fixed(GuardReport.Clean));
        passage.Granted.ShouldBeTrue();
        idle.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task When_no_guard_is_concerned_none_is_asked()
    {
        var idle = new Fixed(new GuardReport(Effect.Deny, Labels.Secret, ["never said"]), concerned: false);
        await using var passage = await RequestAsync(idle);
        passage.Granted.ShouldBeTrue();
        idle.Asked.ShouldBe(0);
    }

    [Theory]
    [InlineData(Effect.Deny, Effect.Allow)]
    [InlineData(Effect.Allow, Effect.Deny)]
    [InlineData(Effect.Allow, (Effect)7)]
    public async Task One_guard_that_denies_is_enough_whoever_comes_first(Effect first, Effect second)
    {
        await using var passage = await RequestAsync(
            new Fixed(new GuardReport(first, Labels.None, [])),
            new Fixed(new GuardReport(second, Labels.None, []))
        );
        passage.Granted.ShouldBeFalse();
    }

    [Fact]
    public async Task Labels_and_findings_of_all_guards_are_kept()
    {
        var gate = Gate.With(Gate.AllowModel);
        await using var passage = await RequestAsync(
            gate,
            new Fixed(new GuardReport(Effect.Allow, Labels.Untrusted, ["one"])),
            new Fixed(new GuardReport(Effect.Deny, Labels.Private, ["two"]))
        );
        gate.Session.Labels.ShouldBe(Labels.Untrusted | Labels.Private);
        passage.Decision.Reason.ShouldContain("one");
        passage.Decision.Reason.ShouldContain("two");
    }

    private static ValueTask<Passage> RequestAsync(params ImmutableArray<IGuard> guards) =>
        RequestAsync(Gate.With(Gate.AllowModel), guards);

    private static ValueTask<Passage> RequestAsync(Gate gate, params ImmutableArray<IGuard> guards) =>
        new ReferenceMonitor(gate, gate.Journal, gate, guards, gate.Clock, gate.Options).RequestAsync(
            gate.Action,
            Cancel
        );

    private sealed class Fixed(GuardReport report, bool concerned = true) : IGuard
    {
        public int Asked { get; private set; }

        public bool Concerns(Session session, AgentAction action) => concerned;

        public ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken)
        {
            Asked++;
            return ValueTask.FromResult(report);
        }
    }
}
