using System.Globalization;

namespace Bartizan.Core.Shell;

/// <summary>The characters that no honest script holds: they hide what is run from the person who is asked.</summary>
internal static class ShellCharacters
{
    /// <summary>The first refused character; null when there is none.</summary>
    public static ShellProblem? FindRefused(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '\n' or '\t' or (>= ' ' and <= '~'))
            {
                continue;
            }

            if (!char.IsSurrogate(c))
            {
                if (IsRefused(c, char.GetUnicodeCategory(c)))
                {
                    return Refuse(c, i);
                }
            }
            else if (i + 1 < text.Length && char.IsSurrogatePair(c, text[i + 1]))
            {
                var point = char.ConvertToUtf32(c, text[i + 1]);
                if (IsRefused(point, CharUnicodeInfo.GetUnicodeCategory(point)))
                {
                    return Refuse(point, i);
                }

                i++;
            }
            else
            {
                return Refuse(c, i);
            }
        }

        return null;
    }

    // Control and format characters (bidi, zero width, tags), spaces that are none to the shell, and letters without a shape.
    private static bool IsRefused(int point, UnicodeCategory category) =>
        category
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.SpaceSeparator
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned
        || point
            is 0x034F
                or 0x115F
                or 0x1160
                or 0x17B4
                or 0x17B5
                or 0x2800
                or 0x3164
                or 0xFFA0
                or (>= 0xFE00 and <= 0xFE0F)
                or (>= 0xE0100 and <= 0xE01EF);

    private static ShellProblem Refuse(int point, int position) =>
        new($"holds a character that hides what is run (U+{point:X4})", position, IsRefused: true);
}
