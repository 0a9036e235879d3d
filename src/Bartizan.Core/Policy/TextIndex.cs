namespace Bartizan.Core.Policies;

/// <summary>
/// Finds the rules that a text may fit: filed by the whole text, by what it starts with, by what it ends with, or by what one
/// of its segments starts with. One pass over the text from each side and one over its segments; each place where some key
/// ends costs one look into a hash table that the policy's author filled, never the agent.
/// </summary>
internal sealed class TextIndex(int rules, char separator = '\0')
{
    private readonly Dictionary<(string Key, Side Side), List<int>> _filing = [];
    private readonly ulong[] _anywhere = new ulong[BitSet.WordsFor(rules)];
    private bool _hasAnywhere;
    private Slots _starts = Slots.Empty;
    private Slots _wholes = Slots.Empty;
    private Slots _ends = Slots.Empty;
    private Slots _insides = Slots.Empty;

    private enum Side
    {
        Start,
        Whole,
        End,
        Inside,
    }

    /// <summary>Files a rule under the ends of one of its patterns.</summary>
    public void Add(int rule, LiteralEnds ends)
    {
        if (ends is { Start: "", End: "", Inside: "", IsWhole: false })
        {
            AddAnywhere(rule);
            return;
        }

        var key =
            ends.IsWhole ? (ends.Start, Side.Whole)
            : ends.Start.Length > 0 ? (ends.Start, Side.Start)
            : ends.End.Length > 0 ? (ends.End, Side.End)
            : (ends.Inside, Side.Inside);
        if (!_filing.TryGetValue(key, out var filed))
        {
            _filing[key] = filed = [];
        }

        if (filed.Count == 0 || filed[^1] != rule)
        {
            filed.Add(rule);
        }
    }

    /// <summary>Files a rule that any text may fit.</summary>
    public void AddAnywhere(int rule)
    {
        BitSet.Add(_anywhere, rule);
        _hasAnywhere = true;
    }

    /// <summary>Makes the tables; nothing is filed after it.</summary>
    public void Seal()
    {
        Slots Of(Side side) =>
            Slots.Of(
                [.. _filing.Where(f => f.Key.Side == side).Select(f => (f.Key.Key, f.Value.ToArray()))],
                side == Side.End
            );
        (_starts, _wholes, _ends, _insides) = (Of(Side.Start), Of(Side.Whole), Of(Side.End), Of(Side.Inside));
        _filing.Clear();
    }

    /// <summary>Adds the rules that a text may fit. <paramref name="isCut"/>: only the start of it is given.</summary>
    public void Collect(ReadOnlySpan<char> text, Span<ulong> set, bool isCut = false)
    {
        if (_hasAnywhere)
        {
            BitSet.Union(set, _anywhere);
        }

        if (_starts.MayHold(text, fromEnd: false) || _wholes.MayHold(text, fromEnd: false))
        {
            CollectFromStart(text, set, isCut);
        }

        CollectFromEnd(text, set);
        if (!_insides.IsEmpty)
        {
            CollectFromSegments(text, set);
        }
    }

    /// <summary>Adds the rules that are filed by what a text ends with.</summary>
    public void CollectFromEnd(ReadOnlySpan<char> text, Span<ulong> set)
    {
        if (!_ends.MayHold(text, fromEnd: true))
        {
            return;
        }

        var (hash, longest) = (0u, Math.Min(text.Length, _ends.LongestKey));
        for (var i = 1; i <= longest; i++)
        {
            hash = Slots.Extend(hash, text[^i]);
            if (_ends.HasLength(i))
            {
                _ends.Collect(hash, text[^i..], set);
            }
        }
    }

    private void CollectFromSegments(ReadOnlySpan<char> text, Span<ulong> set)
    {
        while (true)
        {
            var end = text.IndexOf(separator);
            var segment = end < 0 ? text : text[..end];
            if (_insides.MayHold(segment, fromEnd: false))
            {
                CollectFromSegment(segment, set);
            }

            if (end < 0)
            {
                return;
            }

            text = text[(end + 1)..];
        }
    }

    private void CollectFromSegment(ReadOnlySpan<char> segment, Span<ulong> set)
    {
        var (hash, longest) = (0u, Math.Min(segment.Length, _insides.LongestKey));
        for (var i = 1; i <= longest; i++)
        {
            hash = Slots.Extend(hash, segment[i - 1]);
            if (_insides.HasLength(i))
            {
                _insides.Collect(hash, segment[..i], set);
            }
        }
    }

    private void CollectFromStart(ReadOnlySpan<char> text, Span<ulong> set, bool isCut)
    {
        var whole = !isCut && text.Length <= _wholes.LongestKey && _wholes.HasLength(text.Length);
        var (hash, longest) = (0u, whole ? text.Length : Math.Min(text.Length, _starts.LongestKey));
        for (var i = 1; i <= longest; i++)
        {
            hash = Slots.Extend(hash, text[i - 1]);
            if (_starts.HasLength(i))
            {
                _starts.Collect(hash, text[..i], set);
            }
        }

        if (whole)
        {
            _wholes.Collect(hash, text, set);
        }
    }

    /// <summary>An open hash table from texts to rules.</summary>
    private sealed class Slots
    {
        // Pairs of characters that are told apart; two that fall together only cost a look that finds nothing.
        private const int Pairs = 256;

        private readonly Slot[] _slots;
        private readonly ulong[] _lengths;
        private readonly ulong[] _pairs;
        private readonly int _shortest;
        private readonly int _mask;

        private Slots(Slot[] slots, ulong[] lengths, ulong[] pairs, int shortest, int longest)
        {
            _slots = slots;
            _lengths = lengths;
            _pairs = pairs;
            _shortest = shortest;
            _mask = slots.Length - 1;
            LongestKey = longest;
        }

        public static Slots Empty { get; } = new([], [], [], int.MaxValue, -1);

        public bool IsEmpty => _slots.Length == 0;

        public int LongestKey { get; }

        public static Slots Of((string Key, int[] Rules)[] keys, bool fromEnd)
        {
            if (keys.Length == 0)
            {
                return Empty;
            }

            var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)keys.Length * 2);
            var longest = keys.Max(k => k.Key.Length);
            var (slots, lengths) = (new Slot[size], new ulong[BitSet.WordsFor(longest + 1)]);
            foreach (var (key, rules) in keys)
            {
                var hash = 0u;
                for (var i = 0; i < key.Length; i++)
                {
                    hash = Extend(hash, fromEnd ? key[^(i + 1)] : key[i]);
                }

                var at = (int)(hash >> 7) & (size - 1);
                while (slots[at].Key is not null)
                {
                    at = (at + 1) & (size - 1);
                }

                slots[at] = new Slot(key, hash, rules);
                BitSet.Add(lengths, key.Length);
            }

            var pairs = new ulong[BitSet.WordsFor(Pairs)];
            foreach (var key in keys.Select(k => k.Key).Where(key => key.Length > 1))
            {
                BitSet.Add(pairs, fromEnd ? PairOf(key[^1], key[^2]) : PairOf(key[0], key[1]));
            }

            return new Slots(slots, lengths, pairs, keys.Min(k => k.Key.Length), longest);
        }

        /// <summary>
        /// False when the first two characters of a text are those of no key: nearly all texts that no rule is about end here.
        /// </summary>
        public bool MayHold(ReadOnlySpan<char> text, bool fromEnd) =>
            text.Length >= _shortest
            && (_shortest < 2 || BitSet.Has(_pairs, fromEnd ? PairOf(text[^1], text[^2]) : PairOf(text[0], text[1])));

        private static int PairOf(char first, char second) => ((first * 31) + second) & (Pairs - 1);

        public static uint Extend(uint hash, char c) => (hash + c) * 0x9E3779B1u;

        public bool HasLength(int length) => length <= LongestKey && BitSet.Has(_lengths, length);

        public void Collect(uint hash, ReadOnlySpan<char> text, Span<ulong> set)
        {
            for (var at = (int)(hash >> 7) & _mask; _slots[at].Key is { } key; at = (at + 1) & _mask)
            {
                if (_slots[at].Hash == hash && text.SequenceEqual(key))
                {
                    foreach (var rule in _slots[at].Rules)
                    {
                        BitSet.Add(set, rule);
                    }

                    return;
                }
            }
        }

        private readonly record struct Slot(string? Key, uint Hash, int[] Rules);
    }
}
