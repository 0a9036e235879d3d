using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>Builds an ask, and an allow that several rules led to.</summary>
internal static class Grant
{
    /// <summary>The decision of a target whose strictest layer asks or allows.</summary>
    public static Decision Of(Policy policy, ActionTarget target, in Situation situation, Effect effect, bool observed)
    {
        var rules = ImmutableArray.CreateBuilder<RuleReference>();
        CompiledRule? first = null;
        string? credential = null;
        ImmutableArray<ApprovalTerms> approvals = [];
        KeptFields? keep = null;
        var (privately, witnessed) = (true, false);
        foreach (var layer in policy.Layers)
        {
            var (applied, names) = (false, false);
            foreach (var rule in layer.CandidatesOf(target, new ulong[layer.RoomFor(target.Verb)]))
            {
                if (rule.HasLapsed(situation.Now) || !CompiledLayer.Applies(rule, target, situation))
                {
                    continue;
                }

                applied = true;
                witnessed |= rule.Rule.Witnessed;
                keep = KeptFields.Both(keep, rule.Rule.Keep);
                if (rule.Rule.Approval is { } terms && !approvals.Contains(terms))
                {
                    approvals = approvals.Add(terms);
                }

                rules.Add(rule.Reference);
                names |= rule.ObligationsOf(target is FileTarget ? 0 : rule.Find(target)).PrivateAddresses;
                first = first is null || rule.Rule.Effect < first.Rule.Effect ? rule : first;
                if (target.Verb != Verb.Connect && rule.Rule.Credential is { } named && (credential ??= named) != named)
                {
                    return Decision.Deny($"two rules inject different credentials: `{credential}` and `{named}`") with
                    {
                        Told = "its rules contradict each other",
                        Rules = rules.ToImmutable(),
                    };
                }
            }

            // INVARIANT: each layer that has a say must name the private host; a baseline without one lets pass.
            privately &= layer.OnlyAsks || (applied ? names : layer.IsCeiling);
        }

        return new Decision
        {
            Effect = effect,
            Rules = rules.ToImmutable(),
            Reason = ReasonOf(first, effect, observed),
            Told = effect == Effect.Ask ? "a person has to approve it" : Refusal.Allowed,
            Needed = observed ? NeededRule.For(target, policy, situation) : null,
            Obligations = new Obligations
            {
                Credential = credential,
                Observed = observed,
                PrivateAddresses = privately,
                Witnessed = witnessed,
                Approvals = approvals,
                Keep = keep,
            },
        };
    }

    private static string ReasonOf(CompiledRule? first, Effect effect, bool observed) =>
        (first, effect) switch
        {
            (null, _) => "no rule mentions it; it passes because the agent is only observed",
            ({ } rule, Effect.Ask) =>
                $"{rule.Reference.Layer} asks a person by `{rule.Reference.Text}` ({rule.Reference.Place}): {rule.Reference.Why}",
            ({ } rule, _) => observed
                ? "no rule of the manifest mentions it; it passes because the agent is only observed"
                : rule.Reason,
        };
}
