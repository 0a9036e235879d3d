using Bartizan.Core.Approvals;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

public sealed partial class ReferenceMonitor
{
    // Steps 3 and 4, with what people said before of the content that comes along again.
    private async ValueTask<(GuardReport Report, Policy Policy, Decision Decided)> InspectAsync(
        Session session,
        AgentAction action,
        Policy policy,
        Decision screened,
        CancellationToken cancellationToken
    )
    {
        var known = session.Answered.Under(policy.Digest, countsYes: screened.Effect == Effect.Allow);
        while (true)
        {
            var report = await _guards
                .InspectAsync(session, known is null ? action : action with { Known = known }, cancellationToken)
                .ConfigureAwait(false);
            var now = session.Policy;
            var decided = now.Decide(action, CircumstancesOf(session, action), report);
            if (known is not { IsStanding: true })
            {
                return (report, now, decided);
            }

            // INVARIANT: what a yes lets pass was let pass by the policy that decides, and no rule of it asks.
            if (ReferenceEquals(now, policy) && IsLetByRules(session, action, now))
            {
                return (report with { Standing = now.Digest }, now, decided);
            }

            (policy, known) = (now, session.Answered.Under(now.Digest, countsYes: false));
        }
    }

    private static Ruling Unapproved(Decision decided, Policy policy, GuardReport report, in AskEnd ask)
    {
        var told =
            ask.IsNo && !report.Pieces.IsEmpty ? $"{ask.Refusal}; {HeldPiece.Advice(report.Pieces)}" : ask.Refusal!;
        var refused = decided with { Effect = Effect.Deny, Reason = ask.Refusal!, Told = told };
        return new Ruling(refused, policy) { Verdict = Effect.Ask, Asked = ask.Asked };
    }

    // INVARIANT: what people let pass before, another policy didn't ask them about; a no to one of two equal asks is a no to both.
    private static Decision? Overtaken(Session session, GuardReport report, Policy policy) =>
        report.Standing is { } under && under != policy.Digest
            ? Decision.Deny("the policy changed while it was being decided")
        : session.Answered.Refuses(report.Pieces)
            ? Decision.Deny("a person refused what it carries while it was being decided")
        : null;

    private bool IsLetByRules(Session session, AgentAction action, Policy policy) =>
        policy.Screen(action, CircumstancesOf(session, action)).Effect == Effect.Allow;

    // What those say whom a rule names is of the one action: a no may mean it. INVARIANT: a yes stands for nothing that was not shown.
    private void Remember(Session session, AgentAction action, Policy policy, GuardReport report, in AskEnd ask)
    {
        var granted = ask.Refusal is null;
        if (
            report.Pieces.IsEmpty
            || !(granted ? report.Found <= report.Finds.Length : ask.IsNo)
            || !IsLetByRules(session, action, policy)
        )
        {
            return;
        }

        session.Answered.Add(report.Pieces, new ContentAnswer(granted, ask.Name, policy.Digest));
    }
}
