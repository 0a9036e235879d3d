using System.Collections.Immutable;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Findings;

/// <summary>What all guards found in one text.</summary>
/// <param name="Score">How sure all votes together are that the text is an attack on the model, from 0 to 1.</param>
/// <param name="Findings">What was found, in the order of the text.</param>
public sealed record ScanReport(double Score, ImmutableArray<ContentFinding> Findings)
{
    /// <summary>Nothing found.</summary>
    public static ScanReport Clean { get; } = new(0, []);

    /// <summary>What the words and marks alone come to: the votes that are no weights.</summary>
    public double Signs { get; init; }

    /// <summary>What the lexical vote says; nothing when it wasn't asked.</summary>
    public LexicalScore Lexical { get; init; }
}
