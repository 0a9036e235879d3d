using System.Collections.Immutable;

namespace Bartizan.Posture.Imports;

/// <summary>One rule of somebody else's file, and what became of it.</summary>
/// <param name="Source">The rule as it stood there, without what could hold a secret.</param>
public sealed record ImportedRule(string Source)
{
    /// <summary>The rules here, as <c>effect: verb pattern</c>; empty when it can't be said.</summary>
    public ImmutableArray<string> Rules { get; init; } = [];

    /// <summary>What its author may have believed and is not so, there or here.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];
}
