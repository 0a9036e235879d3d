using System.Numerics;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Stretches of secrets as keyed hashes, and a text rolled over them. What a character costs doesn't depend on the secrets, so that the
/// time taken tells nobody how much of a guess was right.
/// </summary>
internal sealed class StretchTable
{
    /// <summary>The longest stretch; sixteen characters of three bytes each, in binary digits, are shorter.</summary>
    public const int MaxLength = 512;

    /// <summary>Letters in a row that forms made of digits don't have; most texts have them in every other word.</summary>
    private const int Word = 5;

    // Of hashes that are none's, one in sixteen at most is looked up.
    private const int BitsForEach = 16;
    private const int LeastBits = 1024;

    private readonly ulong _base;
    private readonly SortedDictionary<int, Stretches> _byLength = [];
    private Stretches[] _all = [];
    private int _withWords;
    private int _withoutFrom;
    private ulong[] _bits = [];
    private int _shift;

    /// <summary>An empty one.</summary>
    public StretchTable(ulong @base) => _base = @base;

    /// <summary>One that holds what another holds.</summary>
    public StretchTable(StretchTable other)
    {
        _base = other._base;
        foreach (var (length, stretches) in other._byLength)
        {
            _byLength[length] = new Stretches(stretches.Power, length, new(stretches.Extents))
            {
                HasWord = stretches.HasWord,
            };
        }
    }

    /// <summary>Adds one stretch of a form.</summary>
    /// <param name="form">The form.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="length">Its length.</param>
    /// <param name="end">Where what belongs to it ends, in the form.</param>
    public void Add(string form, int start, int length, int end)
    {
        if (!_byLength.TryGetValue(length, out var stretches))
        {
            var power = 1UL;
            for (var at = 0; at < length; at++)
            {
                power *= _base;
            }

            _byLength[length] = stretches = new Stretches(power, length, []);
        }

        var hash = 0UL;
        foreach (var c in form.AsSpan(start, length))
        {
            hash = (hash * _base) + Fold(c);
        }

        stretches.Extents[hash] = (start, end - start - length);
        stretches.HasWord |= LastWord(form.AsSpan(start, length)) >= 0;
    }

    /// <summary>Makes it ready to be asked.</summary>
    public void Freeze()
    {
        _all = [.. _byLength.Values.OrderByDescending(one => one.HasWord)];
        _withWords = _all.Count(one => one.HasWord);
        _withoutFrom = _all.Skip(_withWords).Select(one => one.Length - Word + 1).FirstOrDefault(MaxLength);
        var bits = BitOperations.RoundUpToPowerOf2(
            (uint)Math.Max(LeastBits, _all.Sum(one => one.Extents.Count) * BitsForEach)
        );
        _bits = new ulong[bits / 64];
        _shift = 64 - BitOperations.Log2(bits);
        foreach (var hash in _all.SelectMany(one => one.Extents.Keys))
        {
            var bit = hash >> _shift;
            _bits[bit >> 6] |= 1UL << (int)bit;
        }
    }

    /// <summary>Where the first stretch ends; -1 when there is none.</summary>
    public int Find(ReadOnlySpan<char> text) => Find(text, null);

    /// <summary>
    /// Adds every stretch with what belongs to it, which may begin before the text and end after it; in the order of their ends.
    /// </summary>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> places) => Find(text, places);

    private int Find(ReadOnlySpan<char> text, List<(int Start, int End)>? places)
    {
        const int Ring = MaxLength * 2;
        Span<ulong> before = stackalloc ulong[Ring];
        ReadOnlySpan<ulong> bits = _bits;
        var (all, shift, rolled) = (_all, _shift, _base);
        var (hash, run, word) = (0UL, 0, -MaxLength);
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            run = char.IsAsciiLetter(c) ? run + 1 : 0;
            word = run >= Word ? at : word;
            hash = (hash * rolled) + Fold(c);
            before[(at + 1) & (Ring - 1)] = hash;
            var count = at - word >= _withoutFrom ? all.Length : _withWords;
            for (var one = 0; one < count; one++)
            {
                var start = at + 1 - all[one].Length;
                if (start < 0)
                {
                    continue;
                }

                var stretch = hash - (before[start & (Ring - 1)] * all[one].Power);
                if ((bits[(int)(stretch >> shift >> 6)] & (1UL << (int)(stretch >> shift))) == 0)
                {
                    continue;
                }

                if (!all[one].Extents.TryGetValue(stretch, out var extent))
                {
                    continue;
                }

                if (places is null)
                {
                    return at + 1;
                }

                places.Add((start - extent.Before, at + 1 + extent.After));
            }
        }

        return -1;
    }

    private static int LastWord(ReadOnlySpan<char> text)
    {
        var (run, last) = (0, -1);
        for (var at = 0; at < text.Length; at++)
        {
            run = char.IsAsciiLetter(text[at]) ? run + 1 : 0;
            last = run >= Word ? at : last;
        }

        return last;
    }

    // All of one length.
    private sealed class Stretches(ulong power, int length, Dictionary<ulong, (int Before, int After)> extents)
    {
        public readonly ulong Power = power;

        public readonly int Length = length;

        public readonly Dictionary<ulong, (int Before, int After)> Extents = extents;

        /// <summary>True when one of them has so many letters in a row that it can stand in a text of words.</summary>
        public bool HasWord { get; set; }
    }

    private static ulong Fold(char c) => c is >= 'A' and <= 'Z' ? (ulong)(c | 0x20) : c;
}
