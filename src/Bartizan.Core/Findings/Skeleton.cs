using System.Globalization;
using System.Text;

namespace Bartizan.Core.Findings;

/// <summary>
/// What a text looks like: look-alike letters as the Latin ones that they are taken for, compatibility forms as what they stand for,
/// without what isn't seen. By <see cref="LetterForms"/>.
/// </summary>
internal static class Skeleton
{
    /// <summary>The text as it looks, in lower case.</summary>
    public static string Of(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                plain.Append(char.ToLowerInvariant((char)rune.Value));
            }
            else if (LetterForms.PlainOf(rune.Value) is { } form)
            {
                foreach (var c in form)
                {
                    Append(plain, c);
                }
            }
            else if (rune.IsBmp)
            {
                Append(plain, (char)rune.Value);
            }
        }

        return plain.ToString();
    }

    /// <summary>True for a letter that is taken for a Latin one.</summary>
    public static bool IsLookAlike(char letter) => LetterForms.IsLookAlike(letter);

    private static void Append(StringBuilder plain, char c)
    {
        if (
            CharUnicodeInfo.GetUnicodeCategory(c)
            is not (UnicodeCategory.Format or UnicodeCategory.NonSpacingMark or UnicodeCategory.Surrogate)
        )
        {
            plain.Append(char.ToLowerInvariant(LetterForms.LatinOf(c)));
        }
    }
}
