using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// What rules say of a whole action: of its target, or of each part of the call that it is, and then the strictest counts. Pure.
/// </summary>
internal static class ActionDecisions
{
    /// <summary>Step 2.</summary>
    public static Decision Screen(this Policy policy, AgentAction action, Circumstances known) =>
        action.Call is { } call ? policy.Screened(call, known) : policy.Screened(action.Target, known);

    /// <summary>What is known of it at a time.</summary>
    public static Circumstances KnownIn(this AgentAction action, Session session, DateTimeOffset now) =>
        Circumstances.Of(session, now, action.Arguments) with
        {
            Query = action.Query,
            Values = action.SaysMore ? null : session.Values,
        };

    /// <summary>Puts on its session what it meets, before it leaves, and what a fooled agent sends by it.</summary>
    /// <returns>The labels that it gives as long as it isn't <see cref="Session.Over"/>.</returns>
    public static Labels Meet(this Session session, AgentAction action)
    {
        var policy = session.Policy;
        var met = policy.ExposureOf(action);
        if (action.Target is ToolTarget tool && session.Manifest.ReaderOf(tool) is { } reader)
        {
            met = met.With(reader.Narrowed(policy.ExposureOf(reader.Source)));
        }

        if (!ReferenceEquals(met, Exposure.None))
        {
            session.Expose(met, Named(action), open: true);
        }

        if (!policy.TracesValues)
        {
            return met.Labels;
        }

        if (action.Target is ConnectTarget || (action.SaysMore && session.IsTraced))
        {
            session.Values.Open();
        }
        else if (action.Target is not ModelTarget && session.IsTraced)
        {
            session.Values.Send(action);
        }

        return met.Labels;
    }

    /// <summary>An action in words, for people.</summary>
    public static string Named(AgentAction action) =>
        $"{action.Target.Verb.ToString().ToLowerInvariant()} {Policy.Shown(action.Target.Text)}";

    /// <summary>Takes the values of what a trusted tool gave, before the agent has them.</summary>
    public static void Hear(this Session session, AgentAction action, ToolTarget tool, ReadOnlyMemory<byte> message)
    {
        // INVARIANT: only what the tool gateway itself got from the server: what a client tells of its own calls may be made up, and
        // a server that shares the agent's files gives what the agent has put there, and what code prints is what the agent wrote.
        var policy = session.Policy;
        var tainted = session.IsTraced;
        if (
            policy.TracesValues
            && action.Point == AgentAction.ToolPoint
            && session.Manifest.ReaderOf(tool) is null
            && session.Manifest.Servers.GetValueOrDefault(tool.Server)?.Code is null
            && (policy.ExposureOf(tool).Labels & Labels.Untrusted) == Labels.None
            && !(tainted && session.Manifest.Servers.GetValueOrDefault(tool.Server)?.Workspace is not null)
        )
        {
            session.Values.HearResult(tool.Text, message, action.Arguments, tainted);
        }
    }

    /// <summary>What the session has met once it is granted: by any part of it.</summary>
    private static Exposure ExposureOf(this Policy policy, AgentAction action)
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
            ? policy.Decided(call, known, report)
            : policy.Traced(policy.Decide(action.Target, known, report), action.Target, known);

    // Each part of a call, apart from the decision of a whole action: what they capture is only made for those that have parts.
    private static Decision Screened(this Policy policy, ShellActions call, Circumstances known) =>
        call.Decide(target => policy.Foreseen(target, known) ?? policy.Screened(target, known));

    private static Decision Decided(this Policy policy, ShellActions call, Circumstances known, GuardReport report) =>
        call.Decide(target =>
            policy.Foreseen(target, known) ?? policy.Traced(policy.Decide(target, known, report), target, known)
        );

    // What a command will ask of a host by https isn't known from its words; where its requests are looked at, each is decided there.
    private static Decision? Foreseen(this Policy policy, ActionTarget target, in Circumstances known) =>
        target is ConnectTarget tunnel
        && policy.InterceptionOf(tunnel.Host, tunnel.Port, known.Now) == Interception.Open
            ? new Decision
            {
                Effect = Effect.Allow,
                Reason = "each of its requests is decided when it leaves",
                Told = "each of its requests is decided when it leaves",
            }
            : null;

    private static Decision Screened(this Policy policy, ActionTarget target, in Circumstances known)
    {
        var decision = policy.Screen(target, known);
        return decision.Effect is Effect.Ask or Effect.Allow ? decision : policy.Traced(decision, target, known);
    }

    // What is decided by its targets in a tainted session says where its targets come from.
    private static Decision Traced(this Policy policy, Decision decision, ActionTarget target, in Circumstances known)
    {
        var denied = decision.Effect is not (Effect.Ask or Effect.Allow);
        if (
            (denied && decision.Rules is not [{ Layer: TrustReader.Layer }, ..])
            || (!known.Traced && ((known.Labels ?? Labels.None) & Labels.Untrusted) == Labels.None)
            || policy.TraceOf(target, known, denied ? Effect.Deny : Effect.Ask) is not { } traces
        )
        {
            return decision;
        }

        var reason = decision.Effect != Effect.Allow ? $"{decision.Reason} ({traces})" : decision.Reason;
        return decision with { Reason = reason, Traces = traces };
    }
}
