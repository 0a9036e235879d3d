using System.Numerics;
using System.Runtime.CompilerServices;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Finds words that are spelled with a gap after each letter, and puts them together: one sign and one gap in turn, wider gaps between
/// words. What has no wider gaps is cut into words that are known.
/// </summary>
internal static class SpacedPass
{
    /// <summary>The widest gap between two words of a run.</summary>
    private const int MaxGap = 6;

    // A bit for each of the signs that are gaps in any run.
    private const long Blanks = (1L << ' ') | (1L << '\t') | (1L << '\n') | (1L << '\r');

    // Letters and gaps take turns over at least nine characters, so one of every four places lies in the midst of such a run.
    private const ulong Steps = 0x1111_1111_1111_1111;

    /// <summary>The next run from a place on.</summary>
    public static SpacedRun Next(ReadOnlySpan<char> text, CharMasks masks, int from)
    {
        for (var at = from; at + 3 < text.Length; at += CharMasks.Width)
        {
            var letters = masks.From(CharKind.AsciiLetter, at);
            var turns = letters ^ (letters >> 1);
            for (var places = turns & (turns >> 1) & (turns >> 2) & Steps; places != 0; places &= places - 1)
            {
                var place = at + BitOperations.TrailingZeroCount(places);
                if (place + 3 >= text.Length)
                {
                    return default;
                }

                var run = Around(text, IsLetter(text[place]) ? place : place + 1, from);
                if (run.Length > 0)
                {
                    return run;
                }
            }
        }

        return default;
    }

    /// <summary>Writes the words that a run spells.</summary>
    public static void Write(ReadOnlySpan<char> text, SpacedRun run, ViewBuilder built)
    {
        var piece = text.Slice(run.Start, run.Length);
        var gap = GapOf(piece);
        Span<char> letters = stackalloc char[SpelledWords.MaxLetters];
        var (first, count) = (0, 0);
        for (var at = 0; at < piece.Length; )
        {
            if (count == letters.Length)
            {
                Flush(letters, run.Start + first, built, !run.HasWords);
                count = 0;
            }

            // A letter and its gap: within what is written together all of them are one wide.
            first = count == 0 ? at : first;
            letters[count++] = piece[at++];
            if (at + 1 < piece.Length && piece[at] == gap && IsLetter(piece[at + 1]))
            {
                at++;
                continue;
            }

            var start = at;
            while (at < piece.Length && IsGap(piece[at], gap))
            {
                at++;
            }

            if (at - start > 1)
            {
                Flush(letters[..count], run.Start + first, built, !run.HasWords);
                count = 0;
                built.Write(' ', run.Start + start, at - start);
            }
        }

        Flush(letters[..count], run.Start + first, built, !run.HasWords);
    }

    private static void Flush(ReadOnlySpan<char> letters, int origin, ViewBuilder built, bool isCut)
    {
        if (!isCut)
        {
            built.Gather(letters, origin);
            return;
        }

        Span<bool> begins = stackalloc bool[SpelledWords.MaxLetters + 1];
        SpelledWords.Cut(letters, begins);
        for (var at = 0; at < letters.Length; )
        {
            var length = begins[(at + 1)..letters.Length].IndexOf(true) + 1;
            length = length == 0 ? letters.Length - at : length;
            if (at > 0)
            {
                built.Write(' ', origin + (2 * at), 0);
            }

            built.Gather(letters.Slice(at, length), origin + (2 * at));
            at += length;
        }
    }

    private static SpacedRun Around(ReadOnlySpan<char> text, int letter, int least)
    {
        var gap = text[letter + 1];
        if (
            !IsGapSign(gap)
            || text[letter - (letter > least ? 1 : 0)] is var before && letter > least && !IsGap(before, gap)
        )
        {
            return default;
        }

        var start = letter;
        while (
            start - 2 >= least
            && text[start - 1] == gap
            && !IsGap(text[start - 2], gap)
            && (start - 2 == least || IsGap(text[start - 3], gap))
        )
        {
            start -= 2;
        }

        var (end, count, hasWords) = (start + 1, IsLetter(text[start]) ? 1 : 0, false);
        while (end < text.Length)
        {
            // Mostly one letter follows the other: no letter is a gap.
            while (end + 2 < text.Length && text[end] == gap && IsLetter(text[end + 1]) && text[end + 2] == gap)
            {
                end += 2;
                count++;
            }

            var wide = 0;
            while (wide < MaxGap && end + wide < text.Length && IsGap(text[end + wide], gap))
            {
                wide++;
            }

            var next = end + wide;
            if (
                wide == 0
                || next >= text.Length
                || IsGap(text[next], gap)
                || (next + 1 < text.Length && !IsGap(text[next + 1], gap))
            )
            {
                break;
            }

            end = next + 1;
            count += IsLetter(text[next]) ? 1 : 0;
            hasWords |= wide > 1;
        }

        return count >= TextLimits.LeastSpaced ? new SpacedRun(start, end - start, hasWords) : default;
    }

    // The sign between the first two letters of a run is the run's gap; blanks are gaps in any.
    private static char GapOf(ReadOnlySpan<char> piece) => piece.Length > 1 ? piece[1] : ' ';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsLetter(char c) => char.IsAsciiLetter(c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsGap(char c, char gap) => c == gap || (c <= ' ' && ((Blanks >> c) & 1) != 0);

    private static bool IsGapSign(char c) =>
        c is ' ' or '\t' or '\n' or '.' or '-' or '_' or '*' or '/' or '|' or ',' or '~' or '+' or ':' or ';' or '=';
}
