using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// What rules say of a whole action: of its target, or of each part of the call that it is, and then the strictest counts. Pure.
/// </summary>
internal static class ActionDecisions
{
    /// <summary>Step 2.</summary>
    public static Decision Screen(this Policy policy, AgentAction action, Circumstances known) =>
        action.Call is { } call
            ? call.Decide(target => policy.Screen(target, known))
            : policy.Screen(action.Target, known);

    /// <summary>What the session has met once it is granted: by any part of it.</summary>
    public static Exposure ExposureOf(this Policy policy, AgentAction action)
    {
        var met = policy.ExposureOf(action.Target);
        foreach (var part in action.Call?.Actions ?? [])
        {
            met = met.With(policy.ExposureOf(part.Target));
        }

        return met;
    }

    /// <summary>Step 4.</summary>
    public static Decision Decide(this Policy policy, AgentAction action, Circumstances known, GuardReport report) =>
        action.Call is { } call
            ? call.Decide(target => policy.Decide(target, known, report))
            : policy.Decide(action.Target, known, report);
}
