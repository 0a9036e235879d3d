namespace Bartizan.Core.Readers;

/// <summary>
/// What an identifier may look like. A brake, no proof: sixty-four characters have room for an order, so one that reads like words is
/// none. Letters beyond <c>f</c>, which numbers in hexadecimal don't have, are counted, beside those that the author's pattern names.
/// </summary>
internal static class IdentifierText
{
    /// <summary>Characters that an identifier may be made of without a pattern.</summary>
    public const int Alphabet = 65;

    /// <summary>Letters that words need and hexadecimal doesn't, where the author gives no pattern.</summary>
    public const int MaxLetters = 12;

    /// <summary>The same where the author does.</summary>
    public const int MaxLettersOfPattern = 24;

    /// <summary>Runs of three letters or more: words.</summary>
    public const int MaxWords = 2;

    private const int LettersOfWord = 4;

    // Only where the author's pattern holds it.
    private const string Special = "@/:#+";

    /// <summary>True for one.</summary>
    public static bool Holds(string text, string? glob)
    {
        if (text.Length == 0 || !char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        foreach (var c in text)
        {
            var isSpecial = Special.Contains(c, StringComparison.Ordinal) && glob?.Contains(c) == true;
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.') && !isSpecial)
            {
                return false;
            }
        }

        var (letters, words) = Count(text);
        var (own, ownWords) = Count(glob ?? "");
        return letters <= own + (glob is null ? MaxLetters : MaxLettersOfPattern) && words <= ownWords + MaxWords;
    }

    private static (int Letters, int Words) Count(string text)
    {
        var (letters, words, run, beyond) = (0, 0, 0, 0);
        foreach (var c in text)
        {
            var isLetter = char.IsAsciiLetter(c);
            var isBeyond = isLetter && !char.IsAsciiHexDigit(c);
            letters += isBeyond ? 1 : 0;
            (run, beyond) = isLetter ? (run + 1, beyond + (isBeyond ? 1 : 0)) : (0, 0);

            // Counted when it becomes one: the third letter, or the first that isn't hexadecimal after that. Words that stand
            // together are one for each four letters.
            words += run >= 3 && beyond > 0 && (run % LettersOfWord == 3 || (isBeyond && beyond == 1)) ? 1 : 0;
        }

        return (letters, words);
    }
}
