using System.Reflection;
using System.Runtime.CompilerServices;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Cuts letters in a row into the words that they most likely are: each word costs what it is rare by, as it was counted in the texts
/// that the lexical vote learnt from, and the cheapest cut wins.
/// </summary>
internal static class SpelledWords
{
    /// <summary>The most that is cut at once.</summary>
    public const int MaxLetters = 512;

    /// <summary>The longest word that is known.</summary>
    public const int MaxWord = 20;

    /// <summary>What a word is rare by is told in steps: so many for each time that it is rarer by <c>e</c>.</summary>
    public const int Steps = 8;

    // What a stretch outside of known words costs, and each letter of it.
    private const int Outside = 72;

    private const int OutsideLetter = 24;

    // A letter's last five bits are its place in a node; no letter has 0.
    private const int Width = 32;
    private const byte Place = Width - 1;

    // A capital after a small letter: no word goes on over it.
    private const byte Begins = 64;

    private static readonly ushort[] _next;
    private static readonly byte[] _costs;

    static SpelledWords()
    {
        var (next, costs) = (new List<ushort>(new ushort[Width]), new List<byte> { 0 });
        foreach (var line in Lines())
        {
            var end = line.IndexOf(' ', StringComparison.Ordinal);
            var node = 0;
            foreach (var letter in line.AsSpan(0, end))
            {
                var at = (node * Width) + (letter & Place);
                if (next[at] == 0)
                {
                    next[at] = checked((ushort)costs.Count);
                    next.AddRange(new ushort[Width]);
                    costs.Add(0);
                }

                node = next[at];
            }

            costs[node] = byte.Parse(line.AsSpan(end + 1), System.Globalization.CultureInfo.InvariantCulture);
        }

        (_next, _costs) = ([.. next], [.. costs]);
    }

    /// <summary>Marks where words begin that no gap and no sign parts.</summary>
    public static void Cut(ReadOnlySpan<char> letters, Span<bool> begins)
    {
        Span<byte> places = stackalloc byte[MaxLetters];
        Span<int> cost = stackalloc int[MaxLetters + 1];
        Span<short> from = stackalloc short[MaxLetters + 1];
        Read(letters, places);
        cost[..(letters.Length + 1)].Fill(int.MaxValue);
        cost[0] = 0;
        var (ahead, aheadCost) = (0, 0);
        for (var start = 0; start < letters.Length; start++)
        {
            if (start == ahead)
            {
                aheadCost = int.MaxValue;
            }
            else if (cost[start] - Outside > aheadCost)
            {
                // What is dearer than what goes further, by as much as a stretch outside costs, isn't followed.
                continue;
            }

            Word(places[..letters.Length], start, cost, from, ref ahead, ref aheadCost);
        }

        for (var end = letters.Length; end > 0; )
        {
            var start = from[end] >= 0 ? from[end] : end - 1;
            begins[start] =
                start > 0
                && IsPart(letters[start - 1])
                && IsPart(letters[start])
                && (from[end] >= 0 || from[start] >= 0)
                && !IsOfMail(letters, start);
            end = start;
        }

        Quotes(letters, begins);
    }

    // The number at the end of a name in a mail address.
    private static bool IsOfMail(ReadOnlySpan<char> letters, int at)
    {
        while (at < letters.Length && char.IsAsciiDigit(letters[at]))
        {
            at++;
        }

        return at < letters.Length && letters[at] == '@' && char.IsAsciiDigit(letters[at - 1]);
    }

    // A single quote between two letters is an apostrophe where a short ending follows, else it opens or closes.
    private static void Quotes(ReadOnlySpan<char> letters, Span<bool> begins)
    {
        var isOpen = false;
        for (var at = 1; at + 1 < letters.Length; at++)
        {
            if (letters[at] is not ('\'' or '\u2019') || !IsPart(letters[at - 1]) || !IsPart(letters[at + 1]))
            {
                continue;
            }

            var end = at + 2;
            while (end < letters.Length && IsPart(letters[end]) && !begins[end])
            {
                end++;
            }

            if (letters[(at + 1)..end] is "s" or "t" or "m" or "d" or "re" or "ve" or "ll")
            {
                continue;
            }

            begins[isOpen ? at + 1 : at] = true;
            isOpen = !isOpen;
        }
    }

    // What begins at a place: a sign, which costs nothing, a letter outside of known words, and each of these. The cheapest end is ahead.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Word(
        ReadOnlySpan<byte> places,
        int start,
        Span<int> cost,
        Span<short> from,
        ref int ahead,
        ref int aheadCost
    )
    {
        var before = cost[start];
        if (places[start] == 0)
        {
            (cost[start + 1], from[start + 1], ahead, aheadCost) = (before, -2, start + 1, before);
            return;
        }

        var (table, costs) = (_next, _costs);
        int node = table[places[start] & Place];
        for (var end = start + 1; node != 0; end++)
        {
            var all = before + costs[node];
            if (all != before && all < cost[end])
            {
                (cost[end], from[end]) = (all, (short)start);
                if (all < aheadCost)
                {
                    (ahead, aheadCost) = (end, all);
                }
            }

            if (end == places.Length || (places[end] & Begins) != 0)
            {
                break;
            }

            node = places[end] == 0 ? 0 : table[(node * Width) + (places[end] & Place)];
        }

        var goesOn = start > 0 && from[start] == -1 && (places[start] & Begins) == 0;
        var outside = before + OutsideLetter + (goesOn ? 0 : Outside);
        if (outside < cost[start + 1])
        {
            (cost[start + 1], from[start + 1]) = (outside, -1);
            if (outside < aheadCost)
            {
                (ahead, aheadCost) = (start + 1, outside);
            }
        }
    }

    private static void Read(ReadOnlySpan<char> letters, Span<byte> places)
    {
        var before = 'A';
        for (var at = 0; at < letters.Length; at++)
        {
            var letter = letters[at];
            var begins = char.IsAsciiLetterUpper(letter) && char.IsAsciiLetterLower(before);
            places[at] = char.IsAsciiLetter(letter) ? (byte)((letter & Place) | (begins ? Begins : 0)) : (byte)0;
            before = letter;
        }
    }

    private static bool IsPart(char c) => char.IsLetterOrDigit(c);

    private static IEnumerable<string> Lines()
    {
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream("words/spelled.txt")
            ?? throw new InvalidOperationException("the list of words is not in the program");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
