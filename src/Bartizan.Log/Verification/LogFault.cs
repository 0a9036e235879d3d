namespace Bartizan.Log.Verification;

/// <summary>One thing that is wrong with a log.</summary>
/// <param name="Kind">What.</param>
/// <param name="Index">Which entry; null when it isn't about one.</param>
/// <param name="Text">One sentence for people.</param>
public sealed record LogFault(LogFaultKind Kind, long? Index, string Text);
