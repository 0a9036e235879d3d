using System.Buffers;

namespace Bartizan.Guards.Sensitive;

/// <summary>A kind of credential that its provider gave a shape.</summary>
/// <param name="Name">The kind's name in findings.</param>
/// <param name="Prefix">What it begins with.</param>
/// <param name="Alphabet">What follows.</param>
/// <param name="Least">Fewest characters that follow.</param>
/// <param name="Most">Most characters that follow.</param>
/// <param name="Confidence">How sure the shape makes.</param>
internal sealed record TokenKind(
    string Name,
    string Prefix,
    SearchValues<char> Alphabet,
    int Least,
    int Most,
    double Confidence
)
{
    /// <summary>Its own check, over all of it; null for none.</summary>
    public NumberCheck? IsValid { get; init; }
}
