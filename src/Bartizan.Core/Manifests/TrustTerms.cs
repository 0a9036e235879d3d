using System.Collections.Immutable;
using Bartizan.Core.Approvals;

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

    /// <summary>Stores behind tools that carry labels.</summary>
    public ImmutableArray<TrustStore> Stores { get; init; } = [];

    /// <summary>What is consequential and names its targets; it stands among the rules, too.</summary>
    public ImmutableArray<Rule> Consequential { get; init; } = [];

    /// <summary>True when what the user types counts after something untrusted was read, too; null when nothing is said of it.</summary>
    public bool? WordsAlways { get; init; }

    /// <summary>Hosts that sessions with a label no longer reach; each says what lies outside.</summary>
    public ImmutableArray<TrustConfinement> Confined { get; init; } = [];

    /// <summary>True where a file says anything of trust.</summary>
    public bool IsSaid { get; init; }

    /// <summary>
    /// Whose yes takes a label off a session, each to be met; nobody's when empty. INVARIANT: a file that says what taints a session and
    /// not who may take that off has nobody take it off, whatever the files below it say.
    /// </summary>
    public ImmutableArray<ApprovalTerms> Declassify { get; init; } = [];

    /// <summary>These and those: what a baseline says holds beside what the manifest says.</summary>
    public TrustTerms With(TrustTerms others)
    {
        ArgumentNullException.ThrowIfNull(others);
        return new()
        {
            Sources = [.. Sources, .. others.Sources],
            Sequences = [.. Sequences, .. others.Sequences],
            Consequential = [.. Consequential, .. others.Consequential],
            Stores = [.. Stores, .. others.Stores],
            IsSaid = IsSaid || others.IsSaid,
            Declassify =
                !IsSaid ? others.Declassify
                : !others.IsSaid ? Declassify
                : Declassify.IsEmpty || others.Declassify.IsEmpty ? []
                : [.. Declassify, .. others.Declassify],
            WordsAlways = WordsAlways is null ? others.WordsAlways : WordsAlways.Value && others.WordsAlways != false,
        };
    }
}
