using System.Collections.Immutable;

namespace Bartizan.Core.Sessions;

/// <summary>What put a label on a session.</summary>
/// <param name="Label">The label.</param>
/// <param name="Shown">The first and the latest, in words.</param>
/// <param name="Count">How many there were since it was last taken off.</param>
/// <param name="WhyKept">Why nobody can take it off now; null when that may be.</param>
public sealed record LabelSources(Labels Label, ImmutableArray<string> Shown, long Count, string? WhyKept);
