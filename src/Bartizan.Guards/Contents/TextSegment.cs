namespace Bartizan.Guards.Contents;

/// <summary>A name or a value of a request's JSON, within the text that guards read.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends; the next one begins there.</param>
/// <param name="Place">In which message, and in which part of it; empty where it stands in none.</param>
internal readonly record struct TextSegment(int Start, int End, string Place);
