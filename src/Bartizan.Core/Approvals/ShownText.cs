using System.Globalization;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Approvals;

/// <summary>
/// Text of an agent's, as a person is shown it, on a terminal, by the control API and in messages alike. INVARIANT: what is shown tells
/// the text apart from every other one. Nothing invisible, nothing that moves or turns text, nothing that passes for another character
/// is shown as it is: it stands as <c>\u202e</c>, and so that no text can pose as an escape, <c>\</c> stands as <c>\\</c>. What is left
/// out is told with its length and a digest of the whole.
/// </summary>
public static class ShownText
{
    /// <summary>Characters of one text that are shown; of a longer one its head, its end, its length and its digest.</summary>
    public const int MaxShown = 400;

    /// <summary>Of these, the end: what matters may stand there.</summary>
    private const int EndShown = 100;

    /// <summary>Spaces in a row that are shown as they are; more could push what follows off the screen.</summary>
    private const int MaxSpaces = 8;

    private const int DigestDigits = 16;

    /// <summary>The whole text.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; )
        {
            var end = EndOfWord(text, at);
            Append(shown, text.AsSpan(at, end - at));
            at = end;
        }

        return shown.ToString();
    }

    /// <summary>The text, or of a long one its head, how much is left out and the digest of the whole, and its end.</summary>
    public static string Bounded(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= MaxShown)
        {
            return Of(text);
        }

        var digest = Digest.Of(Encoding.UTF8.GetBytes(text)).ToString()[..DigestDigits];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Of(text[..(MaxShown - EndShown)])} …[{text.Length - MaxShown:N0} of {text.Length:N0} characters left out, sha256 {digest}]… {Of(text[^EndShown..])}"
        );
    }

    // A word is what is told apart by one look: letters, digits and marks in a row, or one other character, or spaces in a row.
    private static int EndOfWord(string text, int at)
    {
        var end = at;
        if (text[at] == ' ')
        {
            while (end < text.Length && text[end] == ' ')
            {
                end++;
            }

            return end;
        }

        while (end < text.Length && Rune.TryGetRuneAt(text, end, out var rune) && Rune.IsLetterOrDigit(rune))
        {
            end += rune.Utf16SequenceLength;
        }

        return end > at ? end
            : Rune.TryGetRuneAt(text, at, out var one) ? at + one.Utf16SequenceLength
            : at + 1;
    }

    private static void Append(StringBuilder to, ReadOnlySpan<char> word)
    {
        if (word[0] == ' ')
        {
            to.Append(
                word.Length <= MaxSpaces
                    ? word.ToString()
                    : string.Create(CultureInfo.InvariantCulture, $"\\s{{{word.Length}}}")
            );
            return;
        }

        var (latin, other) = (false, false);
        foreach (var rune in word.EnumerateRunes())
        {
            latin |= rune.IsAscii && Rune.IsLetter(rune);
            other |= Rune.IsLetter(rune) && !rune.IsAscii && !LookAlikes.IsLetter(rune);
        }

        // A word of another alphabet is shown; one that is mixed, or that reads as a Latin one throughout, is spelt out.
        var spelt = latin || !other;
        for (var at = 0; at < word.Length; )
        {
            if (Rune.DecodeFromUtf16(word[at..], out var rune, out var length) != System.Buffers.OperationStatus.Done)
            {
                to.Append(CultureInfo.InvariantCulture, $"\\u{(int)word[at]:x4}");
                at++;
                continue;
            }

            at += length;
            AppendOne(to, rune, spelt);
        }
    }

    private static void AppendOne(StringBuilder to, Rune rune, bool spelt)
    {
        if (rune.Value == '\\')
        {
            to.Append("\\\\");
        }
        else if (rune.Value is > ' ' and < '\x7f' || (IsPlain(rune) && !(spelt && LookAlikes.IsLetter(rune))))
        {
            to.Append(rune.ToString());
        }
        else if (rune.IsBmp)
        {
            to.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
        }
        else
        {
            to.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }
    }

    private static bool IsPlain(Rune rune) =>
        rune.Value > '\x9f'
        && !LookAlikes.IsForm(rune)
        && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.UppercaseLetter
                or UnicodeCategory.LowercaseLetter
                or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.OtherLetter
                or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.DashPunctuation
                or UnicodeCategory.InitialQuotePunctuation
                or UnicodeCategory.FinalQuotePunctuation
                or UnicodeCategory.OtherPunctuation
                or UnicodeCategory.CurrencySymbol
                or UnicodeCategory.MathSymbol;
}
