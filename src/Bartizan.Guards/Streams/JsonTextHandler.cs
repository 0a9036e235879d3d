namespace Bartizan.Guards.Streams;

/// <summary>Takes a string of JSON, or a name.</summary>
/// <param name="path">A number of the names that lead to it.</param>
/// <param name="text">What it says.</param>
/// <param name="start">Where its token begins.</param>
/// <param name="end">Where its token ends; -1 for a name.</param>
/// <param name="depth">Objects and arrays that it stands in.</param>
internal delegate void JsonTextHandler(ulong path, string text, int start, int end, int depth);
