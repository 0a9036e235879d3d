using System.Collections.Immutable;

namespace Bartizan.Guards.Findings;

/// <summary>What all guards found in one text.</summary>
/// <param name="Score">How sure it is that the text is an attack on the model, from 0 to 1.</param>
/// <param name="Findings">What was found, in the order of the text.</param>
public sealed record ScanReport(double Score, ImmutableArray<ContentFinding> Findings)
{
    /// <summary>Nothing found.</summary>
    public static ScanReport Clean { get; } = new(0, []);
}
