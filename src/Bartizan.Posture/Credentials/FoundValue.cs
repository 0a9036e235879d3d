namespace Bartizan.Posture.Credentials;

/// <summary>What looks like a credential in a text.</summary>
/// <param name="Kind">What, as one word that stays the same: <c>github-token</c>.</param>
/// <param name="Start">Where it begins, in UTF-16 code units.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Confidence">How sure, from 0 to 1.</param>
/// <param name="IsWhole">True when what stands there is the value itself, letter by letter.</param>
public readonly record struct FoundValue(string Kind, int Start, int End, double Confidence, bool IsWhole);
