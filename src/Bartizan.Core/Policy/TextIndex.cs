using System.Numerics;

namespace Bartizan.Core.Policies;

/// <summary>
/// Finds the rules that a text may fit: filed by the whole text, by what it starts with, by what it ends with, or by what one
/// of its segments starts with. One pass over the text from each side and one over its segments; each place where some key
/// ends costs one look into a hash table that the policy's author filled, never the agent.
/// </summary>
internal sealed class TextIndex(int rules, char separator = '\0')
{
    private readonly List<(string Key, int Rule)>[] _filing =
    [
        [],
        [],
        [],
        [],
    ];
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

        var (key, side) =
            ends.IsWhole ? (ends.Start, Side.Whole)
            : ends.Start.Length > 0 ? (ends.Start, Side.Start)
            : ends.End.Length > 0 ? (ends.End, Side.End)
            : (ends.Inside, Side.Inside);
        _filing[(int)side].Add((key, rule));
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
        Slots Of(Side side) => Slots.Of(_filing[(int)side], side == Side.End);
        (_starts, _wholes, _ends, _insides) = (Of(Side.Start), Of(Side.Whole), Of(Side.End), Of(Side.Inside));
        Array.Clear(_filing);
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
        private readonly int[] _rules;
        private readonly ulong[] _lengths;
        private readonly ulong[] _pairs = new ulong[BitSet.WordsFor(Pairs)];
        private readonly int _shortest = int.MaxValue;
        private readonly int _mask;

        private Slots(List<(string Key, int Rule)> filed, bool fromEnd)
        {
            var size = filed.Count == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)filed.Count * 2);
            (_slots, _mask, _rules, LongestKey) = (new Slot[size], size - 1, new int[filed.Count], -1);
            foreach (var (key, _) in filed)
            {
                (_shortest, LongestKey) = (Math.Min(_shortest, key.Length), Math.Max(LongestKey, key.Length));
            }

            // The rules of a key stand side by side: first it is counted how many each has, then they are put there.
            _lengths = new ulong[BitSet.WordsFor(LongestKey + 1)];
            var places = new int[filed.Count];
            for (var i = 0; i < places.Length; i++)
            {
                places[i] = Place(filed[i].Key, fromEnd);
                _slots[places[i]].Count++;
            }

            var free = 0;
            for (var i = 0; i < places.Length; i++)
            {
                ref var slot = ref _slots[places[i]];
                if (slot.From < 0)
                {
                    (slot.From, free, slot.Count) = (free, free + slot.Count, 0);
                }

                _rules[slot.From + slot.Count++] = filed[i].Rule;
            }
        }

        public static Slots Empty { get; } = new([], fromEnd: false);

        public bool IsEmpty => _slots.Length == 0;

        public int LongestKey { get; }

        public static Slots Of(List<(string Key, int Rule)> filed, bool fromEnd) =>
            filed.Count == 0 ? Empty : new Slots(filed, fromEnd);

        // The slot of a key; a new one where it is met for the first time.
        private int Place(string key, bool fromEnd)
        {
            var hash = 0u;
            for (var i = 0; i < key.Length; i++)
            {
                hash = Extend(hash, fromEnd ? key[^(i + 1)] : key[i]);
            }

            var at = (int)(hash >> 7) & _mask;
            for (; _slots[at].Key is { } other; at = (at + 1) & _mask)
            {
                if (_slots[at].Hash == hash && other == key)
                {
                    return at;
                }
            }

            _slots[at] = new Slot(key, hash);
            BitSet.Add(_lengths, key.Length);
            if (key.Length > 1)
            {
                BitSet.Add(_pairs, fromEnd ? PairOf(key[^1], key[^2]) : PairOf(key[0], key[1]));
            }

            return at;
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
                    foreach (var rule in _rules.AsSpan(_slots[at].From, _slots[at].Count))
                    {
                        BitSet.Add(set, rule);
                    }

                    return;
                }
            }
        }

        private record struct Slot(string? Key, uint Hash)
        {
            public int From = -1;
            public int Count;
        }
    }
}
