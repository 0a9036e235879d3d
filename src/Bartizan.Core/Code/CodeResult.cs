namespace Bartizan.Core.Code;

/// <summary>What came of code.</summary>
/// <param name="Ending">How it ended.</param>
/// <param name="ExitCode">Its exit code; 128 + the signal's number when a signal ended it.</param>
/// <param name="Output">The beginning of standard output.</param>
/// <param name="Error">The beginning of standard error.</param>
public sealed record CodeResult(CodeEnding Ending, int ExitCode, CodeStream Output, CodeStream Error);
