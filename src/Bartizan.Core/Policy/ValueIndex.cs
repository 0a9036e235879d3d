namespace Bartizan.Core.Policies;

/// <summary>Finds the rules that one value of an attribute leaves: those that name it, and those that name none.</summary>
internal sealed class ValueIndex<T>(int rules)
    where T : notnull
{
    private readonly Dictionary<T, ulong[]> _named = [];
    private readonly ulong[] _any = new ulong[BitSet.WordsFor(rules)];

    /// <summary>True when some rule names a value.</summary>
    public bool Tells => _named.Count > 0;

    /// <summary>Files a rule under a value; null for every one.</summary>
    public void Add(int rule, T? value, bool isAny)
    {
        if (isAny || value is null)
        {
            BitSet.Add(_any, rule);
            return;
        }

        if (!_named.TryGetValue(value, out var set))
        {
            _named[value] = set = new ulong[_any.Length];
        }

        BitSet.Add(set, rule);
    }

    /// <summary>Every rule that names no value may have any of them.</summary>
    public void Seal()
    {
        foreach (var set in _named.Values)
        {
            BitSet.Union(set, _any);
        }
    }

    /// <summary>Keeps of a set only what the value leaves.</summary>
    public void Narrow(Span<ulong> set, T value)
    {
        if (Tells)
        {
            BitSet.Intersect(set, _named.GetValueOrDefault(value, _any));
        }
    }
}
