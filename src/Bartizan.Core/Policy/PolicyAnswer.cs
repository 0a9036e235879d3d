using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>An answer as scripts and other people's enforcement points read it; stable field names.</summary>
/// <param name="Decision"><c>allow</c>, <c>ask</c> or <c>deny</c>.</param>
/// <param name="Reason">A sentence that the agent may read.</param>
/// <param name="Rules">The rules that led to it.</param>
/// <param name="Needed">The one rule that would allow it; null when there is none.</param>
/// <param name="Credential">The credential that would have to be injected; null for none.</param>
/// <param name="Approvers">Who may approve an ask; empty for the person who started the session.</param>
/// <param name="Policy">Digest of the policy.</param>
public sealed record PolicyAnswer(
    Effect Decision,
    string Reason,
    ImmutableArray<RuleReference> Rules,
    string? Needed,
    string? Credential,
    ImmutableArray<string> Approvers,
    string Policy
)
{
    /// <summary>The answer that a decision is.</summary>
    public static PolicyAnswer Of(Decision decision, Digest policy) =>
        new(
            decision.Effect,
            decision.Reason,
            decision.Rules,
            decision.Needed,
            decision.Obligations.Credential,
            [
                .. decision
                    .Obligations.Approvals.SelectMany(terms => terms.By)
                    .Distinct(StringComparer.Ordinal)
                    .Order(StringComparer.Ordinal),
            ],
            policy.ToString()
        );
}
