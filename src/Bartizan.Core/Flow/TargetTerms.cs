using System.Collections.Immutable;

namespace Bartizan.Core.Flow;

/// <summary>Which arguments of a consequential action say whom or what it hits.</summary>
/// <param name="Paths">Their paths; empty for a request, which hits its address.</param>
public sealed record TargetTerms(ImmutableArray<string> Paths)
{
    /// <summary>Arguments that one action may name.</summary>
    public const int MaxPaths = 16;

    /// <summary>Characters of the path of one.</summary>
    public const int MaxPathLength = 128;

    /// <summary>Values of one action that are looked up; one with more is asked.</summary>
    public const int MaxTargets = 256;

    /// <summary>True where a trusted source isn't enough: the user must have named each of them.</summary>
    public bool OnlyUsers { get; init; }

    /// <summary>In one spelling: two with one text ask for the same.</summary>
    public string Canonical => OnlyUsers ? $"the user's own {Named}" : Named;

    /// <summary>What it looks at.</summary>
    public string Named =>
        Paths.IsEmpty
            ? "its address"
            : string.Join(',', Paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
}
