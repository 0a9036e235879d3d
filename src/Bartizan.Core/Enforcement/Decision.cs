using System.Collections.Immutable;

namespace Bartizan.Core.Enforcement;

/// <summary>What was decided of an action, by which rules, why, and under which obligations. <c>default</c> denies.</summary>
public readonly record struct Decision
{
    private readonly string? _reason;
    private readonly string? _told;
    private readonly Obligations? _obligations;
    private readonly ImmutableArray<RuleReference> _rules;

    /// <summary>Deny, ask or allow.</summary>
    public Effect Effect { get; init; }

    /// <summary>The rules that led to it; empty when none matched.</summary>
    public ImmutableArray<RuleReference> Rules
    {
        get => _rules.IsDefault ? [] : _rules;
        init => _rules = value;
    }

    /// <summary>A sentence for people and the record: it quotes rules and their places.</summary>
    public string Reason
    {
        get => _reason ?? "nothing allows it";
        init => _reason = value;
    }

    /// <summary>
    /// The same for the agent, in short: nothing of other rules, of the manifest's files, of credentials or of people, because
    /// whoever steers the agent reads it too. What would allow the action stands in <see cref="Needed"/>.
    /// </summary>
    public string Told
    {
        // What quotes a rule and was not put into words for the agent is not shown to it.
        get => _told ?? (Rules.IsEmpty ? Reason : "its rules don't allow it");
        init => _told = value;
    }

    /// <summary>
    /// The one rule that would change a denial into an allow, as it would stand in a manifest; of what is only observed, the
    /// rule that the manifest lacks. Null when no one rule would do.
    /// </summary>
    public string? Needed { get; init; }

    /// <summary>
    /// The <c>args</c> that go with <see cref="Needed"/> so that it allows this very tool call; null when the arguments are
    /// unknown, none, or can't be named one by one. Never recorded: entries hold no arguments.
    /// </summary>
    public string? NeededArguments { get; init; }

    /// <summary>
    /// Where the targets of a consequential action come from, argument by argument and without any value; null for every other action.
    /// </summary>
    public string? Traces { get; init; }

    /// <summary>When it is worth trying again; null when that isn't known, or isn't soon.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the enforcement point must do.</summary>
    public Obligations Obligations
    {
        get => _obligations ?? Obligations.None;
        init => _obligations = value;
    }

    /// <summary>A denial for a reason outside the rules.</summary>
    public static Decision Deny(string reason) => new() { Effect = Effect.Deny, Reason = reason };
}
