namespace Bartizan.Records.Evidence;

/// <summary>A policy in its normal form.</summary>
/// <param name="Digest">SHA-256 of the text, as the session's entries name it.</param>
/// <param name="Text">The normal form: one line for each pattern of each rule.</param>
/// <param name="Manifest">The manifest's file, as it was given.</param>
public sealed record EvidencePolicy(string Digest, string Text, string Manifest);
