using System.Collections.Immutable;

namespace Bartizan.Posture.Images;

/// <summary>What one run of a scanner says.</summary>
/// <param name="Tool">The scanner.</param>
/// <param name="Digests">The digests (<c>sha256:…</c>) by which it names what it looked at; none when the format doesn't tell.</param>
/// <param name="Made">When; null when the format doesn't tell.</param>
/// <param name="Findings">What it found.</param>
public sealed record ImageScan(
    string Tool,
    ImmutableHashSet<string> Digests,
    DateTimeOffset? Made,
    ImmutableArray<ImageFinding> Findings
);
