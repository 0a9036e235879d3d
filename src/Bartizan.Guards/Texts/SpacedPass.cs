namespace Bartizan.Guards.Texts;

/// <summary>Finds words that are spelled with a gap after each letter, and puts them together.</summary>
internal static class SpacedPass
{
    // Letters and gaps take turns over at least nine characters, so one of every four places lies in the midst of such a run.
    private const int Step = 4;

    /// <summary>The widest gap between two words of a run.</summary>
    private const int MaxGap = 4;

    /// <summary>What a letter outside known words costs; a word costs one.</summary>
    private const int Outside = 8;

    /// <summary>Letters of a run without wider gaps that are cut into known words; what is longer stays in one piece.</summary>
    private const int MaxCut = 512;

    /// <summary>The next run from a place on.</summary>
    public static SpacedRun Next(ReadOnlySpan<char> text, int from)
    {
        for (var at = from; at + 3 < text.Length; at += Step)
        {
            var first = IsLetter(text[at]);
            if (first == IsLetter(text[at + 1]) || first != IsLetter(text[at + 2]) || IsLetter(text[at + 3]) == first)
            {
                continue;
            }

            var run = Around(text, first ? at : at + 1, from);
            if (run.Length > 0)
            {
                return run;
            }
        }

        return default;
    }

    /// <summary>Writes the words that a run spells.</summary>
    public static void Write(ReadOnlySpan<char> text, SpacedRun run, ViewBuilder built)
    {
        var piece = text.Slice(run.Start, run.Length);
        Span<int> places = stackalloc int[MaxCut];
        Span<char> letters = stackalloc char[MaxCut];
        var count = 0;
        for (var at = 0; at < piece.Length; )
        {
            if (IsLetter(piece[at]))
            {
                if (count == MaxCut)
                {
                    Flush(letters, places, count, run.Start, built);
                    count = 0;
                }

                letters[count] = piece[at];
                places[count++] = at;
                at++;
                continue;
            }

            var gap = at;
            while (at < piece.Length && !IsLetter(piece[at]))
            {
                at++;
            }

            if (at - gap > 1)
            {
                Flush(letters, places, count, run.Start, built);
                count = 0;
                built.Write(' ', run.Start + gap, at - gap);
            }
        }

        Flush(letters, places, count, run.Start, built);
    }

    private static void Flush(Span<char> letters, Span<int> places, int count, int origin, ViewBuilder built)
    {
        if (count == 0)
        {
            return;
        }

        // The cut with the fewest letters outside known words, then the fewest words.
        Span<int> cost = stackalloc int[MaxCut + 1];
        Span<short> from = stackalloc short[MaxCut + 1];
        cost[..(count + 1)].Fill(int.MaxValue);
        cost[0] = 0;
        for (var start = 0; start < count; start++)
        {
            if (cost[start] + Outside < cost[start + 1])
            {
                (cost[start + 1], from[start + 1]) = (cost[start] + Outside, (short)-1);
            }

            var node = 0;
            for (var end = start; end < count && (node = Vocabulary.Step(node, letters[end])) != 0; end++)
            {
                if (Vocabulary.IsWord(node) && cost[start] + 1 < cost[end + 1])
                {
                    (cost[end + 1], from[end + 1]) = (cost[start] + 1, (short)start);
                }
            }
        }

        // Backwards through the cut, marking where words begin.
        Span<bool> begins = stackalloc bool[MaxCut + 1];
        begins.Clear();
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

        for (var at = 0; at < count; at++)
        {
            if (at > 0 && begins[at])
            {
                built.Write(' ', origin + places[at], 0);
            }

            built.Write(letters[at], origin + places[at], 1);
        }
    }

    private static SpacedRun Around(ReadOnlySpan<char> text, int letter, int least)
    {
        var start = letter;
        while (
            start - 2 >= least && IsLetter(text[start - 2]) && IsGap(text[start - 1]) && IsAlone(text, start - 2, least)
        )
        {
            start -= 2;
        }

        if (!IsAlone(text, letter, least))
        {
            return default;
        }

        var (end, count) = (start + 1, 1);
        while (end < text.Length)
        {
            var gap = 0;
            while (gap < MaxGap && end + gap < text.Length && IsGap(text[end + gap]))
            {
                gap++;
            }

            var next = end + gap;
            if (
                gap == 0
                || next >= text.Length
                || !IsLetter(text[next])
                || (next + 1 < text.Length && IsWord(text[next + 1]))
            )
            {
                break;
            }

            end = next + 1;
            count++;
        }

        return count >= TextLimits.LeastSpaced ? new SpacedRun(start, end - start) : default;
    }

    private static bool IsAlone(ReadOnlySpan<char> text, int at, int least) =>
        (at == least || at == 0 || !IsWord(text[at - 1])) && (at + 1 >= text.Length || !IsWord(text[at + 1]));

    private static bool IsLetter(char c) => char.IsAsciiLetter(c);

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c);

    private static bool IsGap(char c) =>
        c is ' ' or '\t' or '\n' or '.' or '-' or '_' or '*' or '/' or '|' or ',' or '~';
}
