namespace Bartizan.Guards.Sensitive;

/// <summary>Tells whether a number, without separators and in upper case, is one of a kind.</summary>
internal delegate bool NumberCheck(ReadOnlySpan<char> number);
