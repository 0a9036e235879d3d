using System.Numerics;
using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive.Places;

/// <summary>
/// Finds postal addresses: the number of a house beside a street, with a post code and a town after it or a label before it.
/// </summary>
internal static class PostalScan
{
    /// <summary>The longest number of a house.</summary>
    private const int MaxNumber = 5;

    /// <summary>Words of a street's name.</summary>
    private const int MaxWords = 5;

    /// <summary>The longest word of one.</summary>
    private const int MaxWord = 24;

    /// <summary>The longest small word within a street's name.</summary>
    private const int MaxSmall = 5;

    private const double WithTown = 0.9;
    private const double Labelled = 0.8;

    /// <summary>Adds the addresses of a view.</summary>
    public static void Find(TextView view, FoundList found)
    {
        var text = view.Text.Span;
        var masks = view.Masks;
        var (label, least, before) = ((Sign: -1, IsOne: false), 0, 0UL);
        for (var block = 0; block < masks.Blocks && !found.IsFull("personal_data"); block++)
        {
            var (digits, within) = (masks.Of(CharKind.Digit, block), masks.Of(CharKind.LetterOrDigit, block));
            var begins = digits & ~((within << 1) | before);
            before = within >> (CharMasks.Width - 1);
            for (; begins != 0; begins &= begins - 1)
            {
                var at = (block * CharMasks.Width) + BitOperations.TrailingZeroCount(begins);
                if (at < least || !IsBegin(text, at))
                {
                    continue;
                }

                var end = at + masks.Run(CharKind.Digit, at);
                if (
                    end - at <= MaxNumber
                    && EndOfNumber(text, end) is >= 0 and var number
                    && (MayBeBefore(text, masks, at) || MayBeAfter(text, number))
                    && (IsAfterLabel(text, masks, at, ref label) || PostCodes.EndAfter(text, masks, end) >= 0)
                    && Street(text, masks, at, number) is { } street
                )
                {
                    least = Math.Max(least, Take(view, text, masks, street, found));
                    if (found.IsFull("personal_data"))
                    {
                        return;
                    }
                }
            }
        }
    }

    // Adds a street with what makes it an address; returns where it ends, and zero when there is nothing.
    private static int Take(
        TextView view,
        ReadOnlySpan<char> text,
        CharMasks masks,
        (int Start, int End) street,
        FoundList found
    )
    {
        var whole = PostCodes.EndAfter(text, masks, street.End);
        if (whole < 0 && !IsLabelled(text, street.Start))
        {
            return 0;
        }

        var end = Math.Max(street.End, whole);
        found.Add(
            "personal_data",
            "postal-address",
            view,
            street.Start,
            end - street.Start,
            FindingSeverity.Low,
            whole >= 0 ? WithTown : Labelled
        );
        return end;
    }

    // What may stand before a number of a house.
    private static bool IsBegin(ReadOnlySpan<char> text, int at) =>
        at == 0 || text[at - 1] is ' ' or '\n' or '\t' or '"' or '\'' or ':' or ',' or '(';

    // Where a number of a house ends; below zero for another number.
    private static int EndOfNumber(ReadOnlySpan<char> text, int end)
    {
        // 12a, 12-14
        if (end < text.Length && char.IsAsciiLetter(text[end]))
        {
            end++;
        }
        else if (end + 1 < text.Length && text[end] == '-' && char.IsAsciiDigit(text[end + 1]))
        {
            end++;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }
        }

        return end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '%') ? -1 : end;
    }

    // Most numbers have no word beside them that could be one of a street: nothing else is looked at there.
    private static bool MayBeBefore(ReadOnlySpan<char> text, CharMasks masks, int number)
    {
        var end = number;
        end -= end > 0 && text[end - 1] == ' ' ? 1 : 0;
        end -= end < number && end > 0 && text[end - 1] == ',' ? 1 : 0;
        if (end == number || end == 0 || char.IsAsciiDigit(text[end - 1]))
        {
            return false;
        }

        var length = masks.RunBefore(CharKind.Letter, end);
        var start = end - length;
        if (length == 0 || (start > 0 && text[start - 1] is '-' or '\''))
        {
            return length > 0 || text[end - 1] is '-' or '\'' or '.';
        }

        // A word that isn't a street by itself has another before it.
        return length <= MaxWord
            && !(start > 0 && (char.IsDigit(text[start - 1]) || text[start - 1] == '_'))
            && (
                char.IsUpper(text[start])
                || (
                    length <= MaxSmall
                    && start > 1
                    && text[start - 1] == ' '
                    && (char.IsLetter(text[start - 2]) || text[start - 2] is '-' or '\'' or '.')
                )
            );
    }

    private static bool MayBeAfter(ReadOnlySpan<char> text, int end)
    {
        var at = end < text.Length && text[end] == ',' ? end + 1 : end;
        return at + 1 < text.Length
            && text[at] == ' '
            && !char.IsAsciiDigit(text[at + 1])
            && (char.IsUpper(text[at + 1]) || StreetWords.MayBeFrench(text[at + 1]));
    }

    private static (int Start, int End)? Street(ReadOnlySpan<char> text, CharMasks masks, int at, int end) =>
        StreetBefore(text, masks, at) is >= 0 and var start ? (start, end)
        : StreetAfter(text, masks, end) is >= 0 and var last ? (at, last)
        : null;

    // 12 Oak Street; 12, rue de la Paix
    private static int StreetAfter(ReadOnlySpan<char> text, CharMasks masks, int end)
    {
        var at = end < text.Length && text[end] == ',' ? end + 1 : end;
        var isFrench = false;
        for (var count = 0; count < MaxWords && at + 1 < text.Length && text[at] == ' '; count++)
        {
            var start = at + 1;
            var stop = EndOfWord(text, masks, start);
            var word = text[start..stop];
            if (word.Length is 0 or > MaxWord)
            {
                break;
            }

            if (count == 0 && StreetWords.IsFrench(word))
            {
                isFrench = true;
            }
            else if (!isFrench && count > 0 && char.IsUpper(word[0]) && StreetWords.IsAfter(word))
            {
                return stop < text.Length && text[stop] == '.' ? stop + 1 : stop;
            }
            else if (isFrench && char.IsUpper(word[0]))
            {
                return stop;
            }
            else if (!char.IsUpper(word[0]) && !isFrench)
            {
                break;
            }

            at = stop < text.Length && text[stop] is '\'' or '\u2019' or '.' ? stop + 1 : stop;
            if (isFrench && at > stop && at < text.Length && char.IsUpper(text[at]))
            {
                return EndOfWord(text, masks, at);
            }
        }

        return -1;
    }

    // Hauptstraße 12, Calle Mayor, 12, PO Box 12
    private static int StreetBefore(ReadOnlySpan<char> text, CharMasks masks, int number)
    {
        var end = number;
        end -= end > 0 && text[end - 1] == ' ' ? 1 : 0;
        end -= end < number && end > 0 && text[end - 1] == ',' ? 1 : 0;
        if (end == number || end == 0)
        {
            return -1;
        }

        for (var count = 0; count < MaxWords && end > 0; count++)
        {
            var isShort = text[end - 1] == '.';
            var stop = isShort ? end - 1 : end;
            var start = stop;
            while (true)
            {
                start -= masks.RunBefore(CharKind.Letter, start);
                if (stop - start > MaxWord || start == 0 || text[start - 1] is not ('-' or '\''))
                {
                    break;
                }

                start--;
            }

            var word = text[start..stop];
            if (
                word.Length is 0 or > MaxWord
                || (start > 0 && (char.IsDigit(text[start - 1]) || text[start - 1] == '_'))
            )
            {
                return -1;
            }

            // Small words within a name are short: de, la, della.
            var isUpper = char.IsUpper(word[0]);
            if (!isUpper && word.Length > MaxSmall)
            {
                return -1;
            }

            if (count == 0 && isUpper && (StreetWords.IsStreet(word) || StreetWords.IsBox(word)))
            {
                return start;
            }

            if (
                count > 0
                && StreetWords.IsBefore(word)
                && (char.IsUpper(word[0]) || isShort || word.SequenceEqual("rue"))
            )
            {
                return start;
            }

            if (start == 0 || text[start - 1] != ' ')
            {
                return -1;
            }

            end = start - 1;
        }

        return -1;
    }

    private static int EndOfWord(ReadOnlySpan<char> text, CharMasks masks, int at)
    {
        while (true)
        {
            at = masks.EndOf(CharKind.Letter, at);
            if (at == text.Length || text[at] != '-')
            {
                break;
            }

            at++;
        }

        // King's
        return at + 1 < text.Length && text[at] is '\'' or '\u2019' && text[at + 1] == 's' ? at + 2 : at;
    }

    // Between a label and the number there is nothing but the street: the last sign before it is the label's, or none is.
    private static bool IsAfterLabel(
        ReadOnlySpan<char> text,
        CharMasks masks,
        int number,
        ref (int Sign, bool IsOne) label
    )
    {
        var sign = masks.LastBefore(CharKind.Label, number, MaxWords * (MaxWord + 2));
        if (sign != label.Sign)
        {
            label = (sign, sign >= 0 && IsLabelled(text, sign + 1));
        }

        return label.IsOne;
    }

    private static bool IsLabelled(ReadOnlySpan<char> text, int start)
    {
        if (
            start < 2
            || (text[start - 1] is not ('"' or '\'' or ':' or '=' or '>') && text[start - 2] is not (':' or '=' or '>'))
        )
        {
            return false;
        }

        var end = LabelBefore.Signs(text, start, ":=>", "", out var isLabel);
        Span<char> letters = stackalloc char[MaxWord];
        var count = LabelBefore.Word(text, ref end, letters, 0);
        return isLabel && StreetWords.IsLabel(letters[^count..]);
    }
}
