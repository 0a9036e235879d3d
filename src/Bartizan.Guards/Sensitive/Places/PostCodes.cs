using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive.Places;

/// <summary>Post codes with the place that they belong to, as they stand after a street.</summary>
internal static class PostCodes
{
    /// <summary>Characters between a street and its post code: another line, a floor, a town.</summary>
    private const int Near = 100;

    /// <summary>Numbers that are tried: a floor or a flat may stand before.</summary>
    private const int MaxTries = 2;

    /// <summary>Where the post code and its town end that stand after a place; -1 when there are none.</summary>
    public static int EndAfter(ReadOnlySpan<char> text, CharMasks masks, int from)
    {
        var (at, most) = (from, Math.Min(text.Length, from + Near));
        for (var tried = 0; tried < MaxTries && at < most; tried++)
        {
            at = masks.Next(CharKind.Digit, at);
            if (at < 0 || at >= most)
            {
                return -1;
            }

            var end = masks.EndOf(CharKind.Digit, at);
            var isLetter = at > from && char.IsAsciiLetterUpper(text[at - 1]);
            if ((isLetter || end - at is not (1 or 3 or > 5)) && End(text, at, end, from) is >= 0 and var last)
            {
                return last;
            }

            at = end;
        }

        return -1;
    }

    private static int End(ReadOnlySpan<char> text, int at, int end, int least)
    {
        var digits = end - at;
        var before = at > least ? text[at - 1] : ' ';

        // EC1A 1BB, M1 1AE
        if (char.IsAsciiLetterUpper(before))
        {
            var start = at - 1;
            while (start > least && char.IsAsciiLetterUpper(text[start - 1]))
            {
                start--;
            }

            var inward = end < text.Length && char.IsAsciiLetterUpper(text[end]) ? end + 1 : end;
            return
                at - start <= 2
                && digits <= 2
                && inward + 4 <= text.Length
                && text[inward] == ' '
                && char.IsAsciiDigit(text[inward + 1])
                && char.IsAsciiLetterUpper(text[inward + 2])
                && char.IsAsciiLetterUpper(text[inward + 3])
                && IsEnd(text, inward + 4)
                ? inward + 4
                : -1;
        }

        // 00-950 Warszawa
        if (digits == 2 && end + 4 < text.Length && text[end] == '-' && EndOfDigits(text, end + 1) == end + 4)
        {
            return EndOfTown(text, end + 4);
        }

        // 1012 AB Amsterdam
        if (
            digits == 4
            && end + 3 <= text.Length
            && text[end] == ' '
            && char.IsAsciiLetterUpper(text[end + 1])
            && char.IsAsciiLetterUpper(text[end + 2])
            && IsEnd(text, end + 3)
        )
        {
            return EndOfTown(text, end + 3) is >= 0 and var town ? town : end + 3;
        }

        // Springfield, IL 62701-1234
        if (
            digits == 5
            && at - 3 >= least
            && before == ' '
            && char.IsAsciiLetterUpper(text[at - 2])
            && char.IsAsciiLetterUpper(text[at - 3])
            && (at - 4 < least || text[at - 4] is ' ' or ',')
        )
        {
            return end + 5 <= text.Length && text[end] == '-' && EndOfDigits(text, end + 1) == end + 5 ? end + 5
                : IsEnd(text, end) ? end
                : -1;
        }

        // 10115 Berlin, 8001 Zürich
        return digits is 4 or 5 && before is ' ' or '\n' or ',' or '-' ? EndOfTown(text, end) : -1;
    }

    private static int EndOfTown(ReadOnlySpan<char> text, int at)
    {
        if (at + 2 >= text.Length || text[at] != ' ' || !char.IsUpper(text[at + 1]) || !char.IsLower(text[at + 2]))
        {
            return -1;
        }

        var end = at + 2;
        while (end < text.Length && (char.IsLetter(text[end]) || text[end] == '-'))
        {
            end++;
        }

        return end;
    }

    private static int EndOfDigits(ReadOnlySpan<char> text, int at)
    {
        var length = text[at..].IndexOfAnyExceptInRange('0', '9');
        return length < 0 ? text.Length : at + length;
    }

    private static bool IsEnd(ReadOnlySpan<char> text, int at) => at == text.Length || !char.IsLetterOrDigit(text[at]);
}
