using System.Numerics;

namespace Bartizan.Guards.Texts;

/// <summary>
/// Words of ASCII letters, whatever their case, each with a number: found by their first eight letters and their length. Most words
/// that aren't in it are told by one bit.
/// </summary>
internal sealed class WordTable
{
    /// <summary>Bits of the sieve for each word, as a power of two.</summary>
    private const int Spare = 4;

    private readonly ulong[] _sieve;
    private readonly int _sieveShift;

    // By hash the first entry that has it, and for each entry the next; the entry with the number 0 is none.
    private readonly int[] _first;
    private readonly int _firstShift;
    private readonly Entry[] _entries;

    /// <summary>Lays words out.</summary>
    /// <param name="words">
    /// Words with numbers from one on; those that aren't of letters, apostrophes, hyphens and underscores are left out.
    /// </param>
    public WordTable(IEnumerable<(string Word, int Number)> words)
    {
        var plain = words.Where(one => one.Word.Length > 0 && one.Word.All(IsPlain)).ToArray();
        var bits = Math.Max(6, BitOperations.Log2((uint)plain.Length) + 1);
        (_sieveShift, _firstShift) = (64 - bits - Spare, 64 - bits);
        (_sieve, _first) = (new ulong[(1 << (bits + Spare)) / 64], new int[1 << bits]);
        var entries = new List<Entry> { default };
        foreach (var (word, number) in plain)
        {
            var key = WordKey.Of(word, 0, word.Length);
            var hash = HashOf(key, word.Length);
            _sieve[hash >> _sieveShift >> 6] |= 1UL << (int)(hash >> _sieveShift & 63);
            ref var first = ref _first[hash >> _firstShift];
            entries.Add(new Entry(key, RestOf(word, 0, word.Length), word, number, first));
            first = entries.Count - 1;
        }

        _entries = [.. entries];
    }

    /// <summary>The number of the word at a place; 0 when it is none. INVARIANT: the word is of ASCII.</summary>
    public int NumberOf(ReadOnlySpan<char> text, int at, int length)
    {
        var key = WordKey.Of(text, at, length);
        var hash = HashOf(key, length);
        return (_sieve[hash >> _sieveShift >> 6] & (1UL << (int)(hash >> _sieveShift & 63))) == 0
            ? 0
            : Find(text, at, length, key, _first[hash >> _firstShift]);
    }

    private int Find(ReadOnlySpan<char> text, int at, int length, ulong key, int entry)
    {
        for (; entry != 0; entry = _entries[entry].Next)
        {
            ref readonly var one = ref _entries[entry];
            if (
                one.Key == key
                && one.Word.Length == length
                && (
                    length <= WordKey.Letters
                    || (
                        one.Rest == RestOf(text, at, length)
                        && (
                            length <= 2 * WordKey.Letters
                            || text.Slice(at, length).Equals(one.Word, StringComparison.OrdinalIgnoreCase)
                        )
                    )
                )
            )
            {
                return one.Number;
            }
        }

        return 0;
    }

    // The key of what comes after the first eight letters.
    private static ulong RestOf(ReadOnlySpan<char> text, int at, int length) =>
        length <= WordKey.Letters ? 0 : WordKey.Of(text, at + WordKey.Letters, length - WordKey.Letters);

    // Others could have the key of a letter.
    private static bool IsPlain(char c) => char.IsAsciiLetter(c) || c is '\'' or '-' or '_';

    private static ulong HashOf(ulong key, int length) => (key + (ulong)length) * 0x9E37_79B9_7F4A_7C15;

    private readonly record struct Entry(ulong Key, ulong Rest, string Word, int Number, int Next);
}
