using System.Globalization;
using Bartizan.Core.Findings;

namespace Bartizan.Guards.Texts;

/// <summary>For each UTF-16 code unit what the plain pass does with it, so that no character is looked up in three places.</summary>
internal static class PlainWays
{
    private static readonly char[] _latin =
    [
        .. Enumerable.Range(0, char.MaxValue + 1).Select(c => LetterForms.LatinOf((char)c)),
    ];

    private static readonly (PlainWay[] Ways, char[] Forms) _all = Make();

    /// <summary>What is done with a character.</summary>
    public static PlainWay Of(char c) => _all.Ways[c];

    /// <summary>What it is written as.</summary>
    public static char FormOf(char c) => _all.Forms[c];

    /// <summary>The Latin letter that it is taken for; itself when it is taken for none.</summary>
    public static char LatinOf(char c) => _latin[c];

    private static (PlainWay[], char[]) Make()
    {
        var (ways, forms) = (new PlainWay[char.MaxValue + 1], new char[char.MaxValue + 1]);
        for (var c = 0; c < ways.Length; c++)
        {
            (ways[c], forms[c]) = Of(c);
        }

        return (ways, forms);
    }

    private static (PlainWay, char) Of(int c)
    {
        if (char.IsSurrogate((char)c))
        {
            return default;
        }

        var unseen = LetterForms.UnseenOf(c);
        if (unseen != Unseen.None)
        {
            // Marks of direction and of byte order are seen by what stands around them.
            var isAlways = unseen == Unseen.ZeroWidth && c is not (0xFEFF or 0x200E or 0x200F or 0x061C);
            return isAlways || unseen == Unseen.Filler ? (PlainWay.Unseen, default) : default;
        }

        if (LetterForms.PlainOf(c) is { } form)
        {
            return form.Length != 1 ? default
                : c >= 0x1D00 && char.IsAsciiLetterOrDigit(form[0]) ? (PlainWay.Form, form[0])
                : (PlainWay.Other, form[0]);
        }

        return CharUnicodeInfo.GetUnicodeCategory((char)c) switch
        {
            UnicodeCategory.SpaceSeparator when c != ' ' => (PlainWay.Other, ' '),
            UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => (PlainWay.Other, '\n'),
            UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark => default,
            _ => (PlainWay.Kept, (char)c),
        };
    }
}
