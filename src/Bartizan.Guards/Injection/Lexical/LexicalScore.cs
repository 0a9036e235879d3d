using System.Runtime.InteropServices;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>What the lexical vote says of one text.</summary>
/// <param name="Score">
/// From 0 to 1, on one scale for both channels: <see cref="LexicalGuard.Likely"/> is what one clean text in a hundred reaches,
/// <see cref="LexicalGuard.Possible"/> five in a hundred, by sources that the weights had not seen.
/// </param>
/// <param name="Start">Where the worst window begins in the original, in UTF-16 code units.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Channel">By whose weights and thresholds.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LexicalScore(double Score, int Start, int End, Channel Channel);
