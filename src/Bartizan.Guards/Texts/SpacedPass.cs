using System.Numerics;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Finds words that are spelled with a gap after each letter, and puts them together: one sign and one gap in turn, wider gaps between
/// words. What has no wider gaps is cut into words that are known.
/// </summary>
internal static class SpacedPass
{
    /// <summary>The widest gap between two words of a run.</summary>
    private const int MaxGap = 6;

    /// <summary>What a letter outside known words costs; a word costs one, and more the shorter it is.</summary>
    private const int Outside = 8;

    /// <summary>What the beginning of a stretch outside known words costs, so that no word is cut for a short one in it.</summary>
    private const int Beginning = 16;

    /// <summary>Letters of a run without wider gaps that are cut into known words; what is longer stays in one piece.</summary>
    private const int MaxCut = 512;

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
        Span<char> letters = stackalloc char[MaxCut];
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

        Span<bool> begins = stackalloc bool[MaxCut + 1];
        Cut(letters, begins);
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

    // The cut with the fewest letters outside known words, then the fewest words. Marks where words begin.
    private static void Cut(ReadOnlySpan<char> letters, Span<bool> begins)
    {
        var (count, tree) = (letters.Length, Vocabulary.Spelled);
        Span<int> cost = stackalloc int[MaxCut + 1];
        Span<short> from = stackalloc short[MaxCut + 1];
        cost[..(count + 1)].Fill(int.MaxValue);
        cost[0] = 0;
        for (var start = 0; start < count; start++)
        {
            var goesOn = start > 0 && from[start] < 0;
            var outside = cost[start] + Outside + (goesOn ? 0 : Beginning);
            if (outside < cost[start + 1])
            {
                (cost[start + 1], from[start + 1]) = (outside, (short)-1);
            }

            var node = 0;
            for (
                var end = start;
                end < letters.Length && IsLetter(letters[end]) && (node = tree.Step(node, letters[end])) != 0;
                end++
            )
            {
                if (tree.IsWord(node))
                {
                    var word = cost[start] + 1 + (Beginning / (end - start + 1));
                    if (word < cost[end + 1])
                    {
                        (cost[end + 1], from[end + 1]) = (word, (short)start);
                    }
                }
            }
        }

        for (var end = count; end > 0; )
        {
            if (from[end] >= 0)
            {
                begins[from[end]] = true;
                begins[end] = true;
                end = from[end];
            }
            else
            {
                end--;
            }
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

    private static bool IsLetter(char c) => char.IsAsciiLetter(c);

    private static bool IsGap(char c, char gap) => c == gap || (c <= ' ' && ((Blanks >> c) & 1) != 0);

    private static bool IsGapSign(char c) =>
        c is ' ' or '\t' or '\n' or '.' or '-' or '_' or '*' or '/' or '|' or ',' or '~' or '+' or ':' or ';' or '=';
}
