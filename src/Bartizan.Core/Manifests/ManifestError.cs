namespace Bartizan.Core.Manifests;

/// <summary>What is wrong with a manifest, where, and what to do.</summary>
/// <param name="Position">Where.</param>
/// <param name="Message">What, in one sentence, with the offending value in backticks.</param>
/// <param name="Hint">What to do; empty when the message says it.</param>
public sealed record ManifestError(SourcePosition Position, string Message, string Hint = "")
{
    /// <summary>True for a warning that <c>bartizan check</c> fails on: the file loads, and isn't fit for its environment.</summary>
    public bool FailsCheck { get; init; }
}
