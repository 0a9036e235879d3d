using System.Collections.Immutable;

namespace Bartizan.Control;

/// <summary>Whoever reads: what they may see, asked anew for each thing, since it can be taken from them while they look.</summary>
public sealed record Onlooker
{
    /// <summary>Who it is: what many share is shared by person.</summary>
    public required string Person { get; init; }

    /// <summary>Whether they may see what an agent did; null is what the instance itself did.</summary>
    public required Func<string?, bool> MaySee { get; init; }

    /// <summary>
    /// The agents that they may see, by name or by <c>beginning-*</c>, so that nothing of others is even looked for; null for all, and
    /// <see cref="MaySee"/> has the last word.
    /// </summary>
    public Func<ImmutableArray<string>?> Agents { get; init; } = () => null;

    /// <summary>The ids of the asks that they may see.</summary>
    public required Func<IReadOnlyList<string>> Asks { get; init; }

    /// <summary>False when they are signed out: what they watch ends.</summary>
    public Func<bool> IsHere { get; init; } = () => true;
}
