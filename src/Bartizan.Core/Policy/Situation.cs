using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Flow;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>What rules look at beside an action's target, made ready once for a decision.</summary>
/// <param name="Now">When it is decided.</param>
/// <param name="Facts">What is known, the time excepted.</param>
/// <param name="Passed">First steps of sequences that the session has taken; null when unknown.</param>
internal readonly record struct Situation(DateTimeOffset Now, Facts Facts, ImmutableHashSet<string>? Passed = null)
{
    /// <summary>What the session has been exposed to; null when unknown.</summary>
    public Labels? Labels { get; init; }

    /// <summary>What is known of the values that the action carries; null when nothing is.</summary>
    public TargetTrace? Trace { get; init; }

    /// <summary>True where the session was given values that somebody else may have chosen.</summary>
    public bool Traced { get; init; }
}
