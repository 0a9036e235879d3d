using System.Buffers;

namespace Bartizan.Guards.Texts;

/// <summary>Texts that are disguised letter by letter throughout: moved by thirteen, or written backwards.</summary>
internal static class LetterPass
{
    /// <summary>Disguised words that are no coincidence.</summary>
    private const int LeastWords = 2;

    /// <summary>The view moved back; null when nothing speaks for it.</summary>
    public static TextView? Unmove(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        if (!Has(text, Vocabulary.Moved, out var first, out var last))
        {
            return null;
        }

        var moved = new char[text.Length];
        Letters.Move(text, moved);
        hidden.Add(HiddenForms.Rot13, view, first, last);
        return new TextView(moved, Coding.Rot13, view, [new OffsetRun(0, text.Length, 0, text.Length)], 1);
    }

    /// <summary>The view forwards; null when nothing speaks for it.</summary>
    public static TextView? Unreverse(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        if (!Has(text, Vocabulary.Backwards, out var first, out var last))
        {
            return null;
        }

        var forwards = text.ToArray();
        Array.Reverse(forwards);
        hidden.Add(HiddenForms.Reversed, view, first, last);
        return new TextView(forwards, Coding.Reversed, view, [new OffsetRun(0, 0, 0, text.Length)], 1);
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
