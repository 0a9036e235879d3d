using System.Globalization;
using System.Text;

namespace Bartizan.Records.Export;

/// <summary>
/// Text from outside for formats of lines: what isn't printable (controls, line separators, marks of direction) is written as
/// <c>\u{a}</c>, so that it can neither end a line nor make one read as another.
/// </summary>
internal static class PlainText
{
    /// <summary>The text on one line.</summary>
    public static string Of(string text)
    {
        var first = 0;
        while (first < text.Length && text[first] is >= ' ' and <= '~')
        {
            first++;
        }

        return first == text.Length ? text : Escaped(text, first);
    }

    private static string Escaped(string text, int plain)
    {
        var written = new StringBuilder(text.Length + 16).Append(text, 0, plain);
        foreach (var rune in text.AsSpan(plain).EnumerateRunes())
        {
            if (IsPlain(rune))
            {
                written.Append(rune);
            }
            else
            {
                written.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }
        }

        return written.ToString();
    }

    private static bool IsPlain(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is not (
                UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
                or UnicodeCategory.Surrogate
            );
}
