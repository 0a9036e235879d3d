namespace Bartizan.Client.Sessions;

/// <summary>A label of a session, and what put it there.</summary>
/// <param name="Label">The label.</param>
/// <param name="Sources">The first and the latest that put it there.</param>
/// <param name="Count">How many there were.</param>
/// <param name="WhyKept">Why nobody can take it off now; null when that may be.</param>
public sealed record LabelLine(string Label, IReadOnlyList<string> Sources, long Count, string? WhyKept);
