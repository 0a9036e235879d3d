using System.Collections.Immutable;

namespace Bartizan.Core.Manifests;

/// <summary>
/// A manifest's information flow beside its rules: what taints a session, and what may not follow what. What is consequential stands
/// among the rules, as asks of a tainted session.
/// </summary>
public sealed record TrustTerms
{
    /// <summary>Sources that put a label on the session.</summary>
    public ImmutableArray<TrustSource> Sources { get; init; } = [];

    /// <summary>What may not follow what.</summary>
    public ImmutableArray<TrustSequence> Sequences { get; init; } = [];

    /// <summary>What is consequential and names its targets; it stands among the rules, too.</summary>
    public ImmutableArray<Rule> Consequential { get; init; } = [];

    /// <summary>True when what the user types counts after something untrusted was read, too; null when nothing is said of it.</summary>
    public bool? WordsAlways { get; init; }

    /// <summary>These and those: what a baseline says holds beside what the manifest says.</summary>
    public TrustTerms With(TrustTerms others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new()
        {
            Sources = [.. Sources, .. others.Sources],
            Sequences = [.. Sequences, .. others.Sequences],
            Consequential = [.. Consequential, .. others.Consequential],
            WordsAlways = WordsAlways is null ? others.WordsAlways : WordsAlways.Value && others.WordsAlways != false,
        };
    }
}
