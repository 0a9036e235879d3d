using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Flow;

namespace Bartizan.Core.Manifests;

/// <summary>One line of a manifest.</summary>
public sealed record Rule
{
    /// <summary>Deny, ask or allow.</summary>
    public required Effect Effect { get; init; }

    /// <summary>The verb.</summary>
    public required Verb Verb { get; init; }

    /// <summary>The pattern as written, without the verb.</summary>
    public required string Pattern { get; init; }

    /// <summary>Why it exists.</summary>
    public required string Why { get; init; }

    /// <summary>Where it stands.</summary>
    public required SourcePosition Position { get; init; }

    /// <summary>The credential that is injected.</summary>
    public string? Credential { get; init; }

    /// <summary>The last day (UTC) on which an allow applies; null for ever.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>Why a wide pattern is right here; null when nobody said so.</summary>
    public string? AcceptWide { get; init; }

    /// <summary>True when the action waits until enough witnesses have co-signed its intent.</summary>
    public bool Witnessed { get; init; }

    /// <summary>What an ask demands of the answer; null leaves it to the others, and to the person who started the session.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>The fields of a tool's result that the agent gets; null for all.</summary>
    public KeptFields? Keep { get; init; }

    /// <summary>The threat it counters, for reports.</summary>
    public string? Counters { get; init; }

    /// <summary>The condition under which it applies; null for always.</summary>
    public Condition? When { get; init; }

    /// <summary>What the arguments of a tool call may be, and no others; empty when the rule doesn't look at them.</summary>
    public ImmutableArray<ArgumentRule> Arguments { get; init; } = [];

    /// <summary>
    /// What a consequential action hits: an ask that doesn't apply where all of it comes from the user or a trusted source. Null for a
    /// rule that asks whatever it hits.
    /// </summary>
    public TargetTerms? Targets { get; init; }

    /// <summary>The role it came with; null for a rule of the file's own.</summary>
    public string? Role { get; init; }

    /// <summary>The rule as it stands in the file.</summary>
    public string Text =>
        $"{(Effect == Effect.Allow ? "allow" : Effect == Effect.Ask ? "ask" : "deny")}: {Verb.ToString().ToLowerInvariant()} {Pattern}";
}
