namespace Bartizan.Core.Policies;

/// <summary>
/// Finds the rules that a text may fit: filed by the whole text, by what it starts with, or by what it ends with. One pass
/// over the text from each side; each place where some key ends costs one look into a hash table that the policy's author
/// filled, never the agent.
/// </summary>
internal sealed class TextIndex(int rules)
{
    private readonly Dictionary<(string Key, Side Side), List<int>> _filing = [];
    private readonly ulong[] _anywhere = new ulong[BitSet.WordsFor(rules)];
    private bool _hasAnywhere;
    private Slots _starts = Slots.Empty;
    private Slots _wholes = Slots.Empty;
    private Slots _ends = Slots.Empty;

    private enum Side
    {
        Start,
        Whole,
        End,
    }

    /// <summary>Files a rule under the ends of one of its patterns.</summary>
    public void Add(int rule, LiteralEnds ends)
    {
        if (ends is { Start: "", End: "", IsWhole: false })
        {
            AddAnywhere(rule);
            return;
        }

        var key =
            ends.IsWhole ? (ends.Start, Side.Whole)
            : ends.Start.Length > 0 ? (ends.Start, Side.Start)
            : (ends.End, Side.End);
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
        (_starts, _wholes, _ends) = (Of(Side.Start), Of(Side.Whole), Of(Side.End));
        _filing.Clear();
    }

    /// <summary>Adds the rules that a text may fit. <paramref name="isCut"/>: only the start of it is given.</summary>
    public void Collect(ReadOnlySpan<char> text, Span<ulong> set, bool isCut = false)
    {
        if (_hasAnywhere)
        {
            BitSet.Union(set, _anywhere);
        }

        if (!_starts.IsEmpty || !_wholes.IsEmpty)
        {
            CollectFromStart(text, set, isCut);
        }

        if (!_ends.IsEmpty)
        {
            CollectFromEnd(text, set);
        }
    }

    /// <summary>Adds the rules that are filed by what a text ends with.</summary>
    public void CollectFromEnd(ReadOnlySpan<char> text, Span<ulong> set)
    {
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
        private readonly Slot[] _slots;
        private readonly ulong[] _lengths;
        private readonly int _mask;

        private Slots(Slot[] slots, ulong[] lengths, int longest)
        {
            _slots = slots;
            _lengths = lengths;
            _mask = slots.Length - 1;
            LongestKey = longest;
        }

        public static Slots Empty { get; } = new([], [], -1);

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

            return new Slots(slots, lengths, longest);
        }

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
