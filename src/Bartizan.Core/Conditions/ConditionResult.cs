using System.Collections.Immutable;

namespace Bartizan.Core.Conditions;

/// <summary>A condition, or why there is none.</summary>
public sealed record ConditionResult
{
    /// <summary>The condition; null when there are errors.</summary>
    public Condition? Condition { get; internal init; }

    /// <summary>The mistakes, in the order of the text; at least one when there is no condition.</summary>
    public ImmutableArray<ConditionError> Errors { get; internal init; } = [];

    /// <summary>True when the text is a condition.</summary>
    public bool IsValid => Condition is not null;
}
