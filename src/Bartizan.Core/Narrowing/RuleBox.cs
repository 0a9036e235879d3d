using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>The boxes of one pattern of a rule, or of rules that were named together.</summary>
/// <param name="Box">One box.</param>
/// <param name="Rule">The rule, the first when there are several.</param>
/// <param name="Pattern">Which of the rule's patterns.</param>
internal sealed record RuleBox(Box Box, CompiledRule Rule, int Pattern)
{
    /// <summary>True when it lets actions pass, asked or not.</summary>
    public bool Grants { get; init; } = Rule.Rule.Effect >= Effect.Ask;

    /// <summary>True when it denies actions or has them asked.</summary>
    public bool Stops { get; init; } = Rule.Rule.Effect != Effect.Allow;

    /// <summary>True when this pattern lets private addresses be dialed.</summary>
    public bool IsPrivate => Rule.ObligationsOf(Pattern).PrivateAddresses;

    /// <summary>True when what it lets pass waits for witnesses.</summary>
    public bool IsWitnessed => Rule.Rule.Witnessed;

    /// <summary>The fields of the result that it keeps; null for all.</summary>
    public KeptFields? Keep => Rule.Rule.Keep;

    /// <summary>What it demands of the answer, where it asks; null when nothing.</summary>
    public ApprovalTerms? Approval => Rule.Rule.Approval;

    /// <summary>The credential it injects.</summary>
    public string? Credential => Rule.ObligationsOf(Pattern).Credential;
}
