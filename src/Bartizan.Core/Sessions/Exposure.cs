using System.Collections.Immutable;

namespace Bartizan.Core.Sessions;

/// <summary>What a session has met so far. It only ever grows.</summary>
/// <param name="Labels">Its labels.</param>
/// <param name="Passed">First steps of sequences that it has taken, each by the sequence's own text.</param>
public sealed record Exposure(Labels Labels, ImmutableHashSet<string> Passed)
{
    /// <summary>Nothing yet.</summary>
    public static Exposure None { get; } = new(Labels.None, ImmutableHashSet.Create<string>(StringComparer.Ordinal));

    /// <summary>Both; this one itself when the other adds nothing.</summary>
    public Exposure With(Exposure other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var passed = Passed.Union(other.Passed);
        return (Labels | other.Labels) == Labels && passed.Count == Passed.Count
            ? this
            : new Exposure(Labels | other.Labels, passed.Count == Passed.Count ? Passed : passed);
    }
}
