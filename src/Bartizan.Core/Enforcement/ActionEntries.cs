using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Budgets;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>The entries that one action leaves: approval, intent and outcome, or refusal.</summary>
internal static class ActionEntries
{
    /// <summary>
    /// Characters of a refused target that are kept: enough to see what it was, and an agent can't fill the disk with them. A
    /// granted target is kept whole.
    /// </summary>
    public const int MaxRefusedTargetLength = 1024;

    /// <summary>Characters of an outcome's detail that are kept; the other side may have had a say in it.</summary>
    public const int MaxDetailLength = 512;

    /// <summary>
    /// Tool calls of one answer that are named; the rest is a number, so that no answer outgrows its leaf. With that number
    /// they are the 32 that the leaf holds.
    /// </summary>
    public const int MaxToolCalls = 31;

    /// <summary>Characters of a tool's name that are kept; the longest that a provider takes is 128.</summary>
    public const int MaxToolNameLength = 128;

    public static Entry Approval(
        Session session,
        AgentAction action,
        Decision asked,
        Digest policy,
        AskProof proof,
        Approval answer,
        bool granted
    ) =>
        Of(EntryKind.Approval, session, action) with
        {
            Person = answer.Person,
            Effect = granted ? Effect.Allow : Effect.Deny,
            Rules = asked.Rules,
            Reason = answer.Reason,
            Detail = action.Held is { } held
                ? Cut($"{answer.Detail}; {(held.IsAnswer ? "held answer" : "held")}: {held.Named}", MaxDetailLength)
                : answer.Detail,
            Usage = answer.Took is { } took ? new Usage { Milliseconds = took.TotalMilliseconds } : null,
            Policy = policy,
            Labels = session.Labels,
            Action = proof.Digest,
            Payloads = [proof.ToPayload()],
        };

    public static Entry Intent(
        Session session,
        AgentAction action,
        Decision decision,
        Digest policy,
        Labels labels,
        Effect? verdict,
        Digest asked,
        long number,
        Spend? reserved,
        GuardReport report
    ) =>
        Of(EntryKind.Intent, session, action) with
        {
            Passage = number,
            Effect = decision.Effect,
            Verdict = verdict,
            Action = asked,
            Rules = decision.Rules,
            Needed = decision.Needed,
            Policy = policy,
            Labels = labels,
            Observed = decision.Obligations.Observed || session.Observe,
            Credential = decision.Obligations.Credential,
            Spend = reserved,
            Detail = DetailOf(action, decision, report),
            Payloads = action.Payloads,
        };

    public static Entry Outcome(
        Session session,
        AgentAction action,
        Outcome outcome,
        Usage usage,
        long number,
        Spend? spent,
        string? used
    ) =>
        Of(EntryKind.Outcome, session, action) with
        {
            Passage = number,
            Outcome = outcome.Kind,
            Detail = Cut(outcome.Detail, MaxDetailLength),
            Credential = used,
            Usage = usage,
            Spend = spent,
            ToolCalls = Named(outcome.ToolCalls),
            Payloads = outcome.Payloads,
        };

    public static Entry Refusal(
        Session? session,
        AgentAction action,
        Decision decision,
        Digest policy,
        Effect? verdict,
        Digest asked
    ) =>
        Of(EntryKind.Refusal, session, action) with
        {
            Verdict = verdict,
            Action = asked,
            Target = Cut(action.Target.Text, MaxRefusedTargetLength),
            Effect = Effect.Deny,
            Rules = decision.Rules,
            Needed = decision.Needed,
            Reason = decision.Reason,
            Detail = action.Request is { } id ? $"request {id}" : null,
            Policy = policy,
            Labels = session?.Labels ?? Labels.None,
        };

    /// <summary>Stands for refusals above the rate; it names no target, because they had many.</summary>
    public static Entry HeldBack(Session? session, long count) =>
        new()
        {
            Kind = EntryKind.Refusal,
            Session = session?.Id ?? default,
            Agent = session?.Agent,
            Person = session?.Person,
            Observed = session?.Observe ?? false,
            Effect = Effect.Deny,
            Reason = "refusals above the rate, counted and not recorded one by one",
            Policy = session?.Policy.Digest ?? default,
            Labels = session?.Labels ?? Labels.None,
            Count = count,
            Lost = count,
        };

    private static string? DetailOf(AgentAction action, Decision decision, GuardReport report)
    {
        if (action.Request is null && decision.Traces is null && report.Verdicts.IsEmpty)
        {
            return null;
        }

        string?[] told =
        [
            action.Request is { } id ? $"request {id}" : null,
            decision.Traces is { } traces ? $"targets: {traces}" : null,
            report.Verdicts.IsEmpty ? null : $"guards: {string.Join("; ", report.Verdicts)}",
        ];
        return Cut(string.Join("; ", told.Where(one => one is not null)), MaxDetailLength);
    }

    private static Entry Of(EntryKind kind, Session? session, AgentAction action) =>
        new()
        {
            Kind = kind,
            Session = action.Session,
            Agent = session?.Agent,
            Person = session?.Person,
            Observed = session?.Observe ?? false,
            Point = action.Point,
            Verb = action.Target.Verb,
            Target = action.Target.Text,
        };

    private static ImmutableArray<string> Named(ImmutableArray<string> calls)
    {
        if (calls.IsDefaultOrEmpty)
        {
            return [];
        }

        var named = calls.Take(MaxToolCalls).Select(name => Cut(name, MaxToolNameLength));
        return calls.Length <= MaxToolCalls ? [.. named] : [.. named, $"and {calls.Length - MaxToolCalls} more"];
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : $"{text.AsSpan(0, length)}…";
}
