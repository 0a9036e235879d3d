namespace Bartizan.Core.Policies;

/// <summary>What is wrong with a pattern.</summary>
/// <param name="Text">To follow the pattern in a sentence: <c>names no port</c>.</param>
/// <param name="Hint">What to write instead; empty when the text says it.</param>
internal readonly record struct PatternProblem(string Text, string Hint);
