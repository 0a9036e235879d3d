using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Stretches of a text whose letters are moved by thirteen, told by their letters and by the words that they spell. What is around
/// them stays as it is, so that an order reads as it would have read.
/// </summary>
internal static class MovedPass
{
    /// <summary>Characters that are looked at together: what is shorter says too little by its letters.</summary>
    private const int Block = LetterFrequencies.Many;

    /// <summary>What a block comes to that may be moved.</summary>
    private const int Suspicious = -4 * LetterFrequencies.PerNat;

    /// <summary>What a known word counts for, as it is or moved.</summary>
    private const int Known = 5 * LetterFrequencies.PerNat;

    /// <summary>What it costs to begin or to end a stretch: about two known words.</summary>
    private const int Turn = 9 * LetterFrequencies.PerNat;

    /// <summary>Words that there is room for at first.</summary>
    private const int LeastWords = 64;

    /// <summary>Known words of a stretch that are no coincidence.</summary>
    private const int LeastKnown = 2;

    /// <summary>The view with its moved stretches moved back; null when there is none.</summary>
    public static TextView? Of(TextView view, HiddenPlaces hidden)
    {
        var text = view.Text.Span;
        return IsSuspicious(text) && HasWords(text, view.Masks) ? Unmove(view, text, hidden) : null;
    }

    private static bool IsSuspicious(ReadOnlySpan<char> text)
    {
        var at = 0;
        for (; at + Block <= text.Length; at += Block)
        {
            if (LetterFrequencies.ClearOfMany(text.Slice(at, Block)) < Suspicious)
            {
                return true;
            }
        }

        var sum = 0;
        foreach (var c in text[at..])
        {
            sum += LetterFrequencies.Clear(c);
        }

        return sum < Suspicious;
    }

    // A stretch has some words that are known once they are moved back: a text without them has none.
    private static bool HasWords(ReadOnlySpan<char> text, CharMasks masks)
    {
        var (known, before) = (0, 0UL);
        for (var block = 0; block < masks.Blocks; block++)
        {
            var letters = masks.Of(CharKind.AsciiLetter, block);
            var next = masks.Of(CharKind.AsciiLetter, block + 1);
            var begins = letters & ~((letters << 1) | before) & CharMasks.Joined(letters, next, 1);
            before = letters >> (CharMasks.Width - 1);
            for (; begins != 0; begins &= begins - 1)
            {
                known += IsMoved(text[((block * CharMasks.Width) + BitOperations.TrailingZeroCount(begins))..]) ? 1 : 0;
                if (known >= LeastKnown)
                {
                    return true;
                }
            }
        }

        return false;
    }

    // True where the letters that a text begins with are a known word, moved.
    private static bool IsMoved(ReadOnlySpan<char> text)
    {
        var node = 0;
        foreach (var c in text)
        {
            if (!char.IsAsciiLetter(c))
            {
                break;
            }

            node = Vocabulary.Step(node, Moved(c));
            if (node == 0)
            {
                return false;
            }
        }

        return Vocabulary.IsWord(node);
    }

    // Its letter in the tree of words.
    private static char Moved(char letter)
    {
        var code = WordTree.CodeOf(letter);
        return (char)(code <= 13 ? code + 13 : code - 13);
    }

    // Each word is as it is or moved; the likeliest way through all of them, with a price for each turn.
    private static TextView? Unmove(TextView view, ReadOnlySpan<char> text, HiddenPlaces hidden)
    {
        var words = ArrayPool<Word>.Shared.Rent(Math.Max(LeastWords, text.Length / 8));
        var (count, clear, moved) = (0, 0, -Turn);
        for (var at = 0; at < text.Length; )
        {
            if (!char.IsAsciiLetter(text[at]))
            {
                at++;
                continue;
            }

            var end = at + 1;
            while (end < text.Length && char.IsAsciiLetter(text[end]))
            {
                end++;
            }

            var score = ScoreOf(text[at..end], out var isKnown);
            var (stays, goes) = (clear >= moved - Turn, moved >= clear - Turn);
            (clear, moved) = ((stays ? clear : moved - Turn) + score, (goes ? moved : clear - Turn) - score);
            if (count == words.Length)
            {
                var more = ArrayPool<Word>.Shared.Rent(2 * count);
                words.CopyTo(more, 0);
                ArrayPool<Word>.Shared.Return(words);
                words = more;
            }

            words[count++] = new Word(at, end, isKnown, goes, stays);
            at = end;
        }

        var back = Back(view, text, words.AsSpan(0, count), moved > clear, hidden);
        ArrayPool<Word>.Shared.Return(words);
        return back;
    }

    private static TextView? Back(
        TextView view,
        ReadOnlySpan<char> text,
        ReadOnlySpan<Word> words,
        bool isMoved,
        HiddenPlaces hidden
    )
    {
        char[]? built = null;
        var (last, known) = (words.Length, 0);
        for (var at = words.Length - 1; at >= 0; at--)
        {
            // The way that led to this word: the one before was the same, or there was a turn.
            var before = at > 0 && (isMoved ? words[at].StaysMoved : !words[at].StaysClear);
            if (!isMoved)
            {
                (last, known) = (at, 0);
            }
            else
            {
                known += words[at].IsKnown ? 1 : 0;
                if (!before && known >= LeastKnown)
                {
                    built ??= text.ToArray();
                    var (from, to) = (words[at].Start, words[last - 1].End);
                    Letters.Move(text[from..to], built.AsSpan(from, to - from));
                    hidden.Add(HiddenForms.Rot13, view, from, to);
                }
            }

            isMoved = before;
        }

        return built is null
            ? null
            : new TextView(built, Coding.Rot13, view, [new OffsetRun(0, text.Length, 0, text.Length)], 1);
    }

    // Letter by letter along the tree of words, as it is and moved: most words leave it after a letter or two.
    private static int ScoreOf(ReadOnlySpan<char> word, out bool isKnown)
    {
        var (score, clear, moved) = (0, 0, 0);
        var (isClear, isMoved) = (word.Length > 1, word.Length > 1);
        foreach (var c in word)
        {
            score += LetterFrequencies.Clear(c);
            if (isClear)
            {
                clear = Vocabulary.Step(clear, c);
                isClear = clear != 0;
            }

            if (isMoved)
            {
                moved = Vocabulary.Step(moved, Moved(c));
                isMoved = moved != 0;
            }
        }

        isKnown = isMoved && Vocabulary.IsWord(moved);
        return score + (isClear && Vocabulary.IsWord(clear) ? Known : 0) - (isKnown ? Known : 0);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Word(int Start, int End, bool IsKnown, bool StaysMoved, bool StaysClear);
}
