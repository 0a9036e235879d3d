namespace Bartizan.Core.Code;

/// <summary>One call of the code tool.</summary>
/// <param name="Language">A language of the manifest.</param>
/// <param name="Code">The code, in UTF-8.</param>
/// <param name="Input">What it reads from standard input.</param>
public sealed record CodeCall(string Language, ReadOnlyMemory<byte> Code, ReadOnlyMemory<byte> Input);
