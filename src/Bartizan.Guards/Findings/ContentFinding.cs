using Bartizan.Core.Findings;

namespace Bartizan.Guards.Findings;

/// <summary>What a guard found in a text.</summary>
/// <param name="Guard">Which guard, as a manifest names it: <c>injection</c>, <c>hidden_text</c>, <c>secrets</c>, <c>personal_data</c>…</param>
/// <param name="Kind">What, as one word that stays the same: <c>override</c>, <c>github-token</c>.</param>
/// <param name="Start">Where it begins in the original, in UTF-16 code units.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Confidence">How sure, from 0 to 1.</param>
public sealed record ContentFinding(
    string Guard,
    string Kind,
    int Start,
    int End,
    FindingSeverity Severity,
    double Confidence
)
{
    /// <summary>How it was disguised; <see cref="Texts.Coding.Plain"/> when it wasn't.</summary>
    public Texts.Coding Coding { get; init; }
}
