using System.Collections.Immutable;

namespace Bartizan.Records.Queries;

/// <summary>
/// A text of a query, in folded form: exact, except that an unquoted <c>*</c> stands for any run of characters. Case doesn't count.
/// </summary>
/// <param name="Parts">What stands between the stars; one part for an exact text.</param>
internal sealed record TextPattern(ImmutableArray<string> Parts)
{
    /// <summary>Stars of one pattern; nobody types more, and each costs a search of its own.</summary>
    public const int MaxStars = 16;

    /// <summary>Ends and separates the elements of a list in a projection; no folded text holds it.</summary>
    public const char Separator = '\u001e';

    /// <summary>
    /// The form in which texts are compared: lower case by the simple mapping of Unicode, one character for one. What no database can
    /// hold or what marks a list's elements there (U+0000, U+001E) becomes U+FFFD.
    /// </summary>
    public static string Fold(string text) =>
        text.ToLowerInvariant().Replace('\0', '\uFFFD').Replace(Separator, '\uFFFD');

    /// <summary>True when a folded text is meant.</summary>
    public bool Matches(string folded)
    {
        if (Parts.Length == 1)
        {
            return string.Equals(folded, Parts[0], StringComparison.Ordinal);
        }

        var rest = folded.AsSpan();
        if (
            rest.Length < Parts[0].Length + Parts[^1].Length
            || !rest.StartsWith(Parts[0], StringComparison.Ordinal)
            || !rest.EndsWith(Parts[^1], StringComparison.Ordinal)
        )
        {
            return false;
        }

        // Leftmost matches of the parts in between never shut out a longer one.
        rest = rest[Parts[0].Length..^Parts[^1].Length];
        foreach (var part in Parts.AsSpan(1, Parts.Length - 2))
        {
            var at = rest.IndexOf(part, StringComparison.Ordinal);
            if (at < 0)
            {
                return false;
            }

            rest = rest[(at + part.Length)..];
        }

        return true;
    }
}
