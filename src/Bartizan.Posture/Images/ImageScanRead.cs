using System.Collections.Immutable;

namespace Bartizan.Posture.Images;

/// <summary>A scanner's file as it was read: what each run in it says, or why it can't be read.</summary>
/// <param name="Scans">What the runs say; none when there is a problem.</param>
/// <param name="Problem">What is wrong, as a sentence that begins with the file's name; null when nothing is.</param>
public sealed record ImageScanRead(ImmutableArray<ImageScan> Scans, string? Problem);
