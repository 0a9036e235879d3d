using System.Buffers;
using System.Collections.Frozen;

namespace Bartizan.Guards.Texts;

/// <summary>Texts that are written backwards throughout.</summary>
internal static class LetterPass
{
    /// <summary>Disguised words that are no coincidence.</summary>
    private const int LeastWords = 2;

    /// <summary>The view forwards; null when nothing speaks for it.</summary>
    public static TextView? Unreverse(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        if ((!MayBe(text, " e") && !MayBe(text, " d")) || !Has(text, Vocabulary.Backwards, out var first, out var last))
        {
            return null;
        }

        var forwards = text.ToArray();
        Array.Reverse(forwards);
        hidden.Add(HiddenForms.Reversed, view, first, last);
        return new TextView(forwards, Coding.Reversed, view, [new OffsetRun(0, 0, 0, text.Length)], 1);
    }

    // Words end in e and d far more often than they begin so: a known word that begins so backwards is worth the closer look. Cheap, and
    // most texts end here.
    private static bool MayBe(ReadOnlySpan<char> text, string first)
    {
        Span<char> forwards = stackalloc char[TextLimits.MaxWord];
        var words = Vocabulary.All.GetAlternateLookup<ReadOnlySpan<char>>();
        if (text.Length > 0 && (text[0] | 0x20) == first[1] && IsKnown(text, forwards, words))
        {
            return true;
        }

        var at = 0;
        while (text[at..].IndexOf(first) is >= 0 and var found)
        {
            at += found + 1;
            if (IsKnown(text[at..], forwards, words))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsKnown(
        ReadOnlySpan<char> text,
        Span<char> forwards,
        FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> words
    )
    {
        var length = 0;
        while (length < text.Length && length < forwards.Length && char.IsAsciiLetter(text[length]))
        {
            length++;
        }

        for (var at = 0; at < length; at++)
        {
            forwards[length - 1 - at] = text[at];
        }

        return length > 2 && words.Contains(forwards[..length]) && !words.Contains(text[..length]);
    }

    private static bool Has(ReadOnlySpan<char> text, SearchValues<string> words, out int first, out int last)
    {
        (first, last) = (text.IndexOfAny(words), 0);
        var (at, count) = (first, 0);
        while (at >= 0 && count < LeastWords)
        {
            count++;
            last = at + 1;
            var next = text[last..].IndexOfAny(words);
            at = next < 0 ? -1 : last + next;
        }

        return count >= LeastWords;
    }
}
