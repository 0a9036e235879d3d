using System.Collections.Immutable;

namespace Bartizan.Posture.Images;

/// <summary>Finds the digests by which a scanner names an image: <c>NAME@sha256:…</c>, or the digest alone.</summary>
internal static class ScanDigests
{
    private const string Mark = "sha256:";
    private const int Digits = 64;

    /// <summary>The digests in texts.</summary>
    public static ImmutableHashSet<string> In(IEnumerable<string?> texts) =>
        [.. texts.OfType<string>().Select(Find).OfType<string>()];

    // A package URL writes the colon as %3A. What stands before must end there: `notsha256:…` is another word.
    private static string? Find(string text)
    {
        var plain = text.Replace("%3A", ":", StringComparison.OrdinalIgnoreCase);
        var at = plain.StartsWith(Mark, StringComparison.Ordinal)
            ? 0
            : plain.IndexOf("@" + Mark, StringComparison.Ordinal) + 1;
        if (at == 0 && !plain.StartsWith(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        var digits = plain.AsSpan(at + Mark.Length);
        var hex = 0;
        while (hex < digits.Length && char.IsAsciiHexDigitLower(digits[hex]))
        {
            hex++;
        }

        return hex == Digits ? plain.Substring(at, Mark.Length + Digits) : null;
    }
}
