using System.Collections.Immutable;

namespace Bartizan.Core.Sessions;

/// <summary>What a session has met so far. Only people take a label off; first steps of sequences stay.</summary>
/// <param name="Labels">Its labels.</param>
/// <param name="Passed">First steps of sequences that it has taken, each by the sequence's own text.</param>
public sealed record Exposure(Labels Labels, ImmutableHashSet<string> Passed)
{
    /// <summary>
    /// True once a reader has given it values: it has read nothing that could fool it, but somebody else may have chosen them, so where
    /// a consequential action's targets come from is looked at.
    /// </summary>
    public bool Traced { get; init; }

    /// <summary>Nothing yet.</summary>
    public static Exposure None { get; } = new(Labels.None, ImmutableHashSet.Create<string>(StringComparer.Ordinal));

    /// <summary>Both; this one itself when the other adds nothing.</summary>
    public Exposure With(Exposure other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var passed = Passed.Union(other.Passed);
        return (Labels | other.Labels) == Labels && passed.Count == Passed.Count && (Traced || !other.Traced)
            ? this
            : new Exposure(Labels | other.Labels, passed.Count == Passed.Count ? Passed : passed)
            {
                Traced = Traced || other.Traced,
            };
    }
}
