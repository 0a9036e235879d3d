namespace Bartizan.Core.Narrowing;

/// <summary>
/// Sets of patterns by numbers, each set with a number of its own, so that sets are compared by comparing numbers.
/// </summary>
internal sealed class LabelSets
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<int[]> _sets = [];
    private readonly Dictionary<(int One, int Other), int> _unions = [];
    private readonly Dictionary<(int Part, int Whole), bool> _within = [];

    /// <summary>Starts with the empty set, which is number 0.</summary>
    public LabelSets() => Of([]);

    /// <summary>The members of a set, in order.</summary>
    public ReadOnlySpan<int> this[int set] => _sets[set];

    /// <summary>The number of a set.</summary>
    public int Of(IEnumerable<int> members)
    {
        int[] sorted = [.. members.Distinct().Order()];
        var key = string.Join(',', sorted);
        if (!_numbers.TryGetValue(key, out var number))
        {
            _numbers.Add(key, number = _sets.Count);
            _sets.Add(sorted);
        }

        return number;
    }

    /// <summary>The number of a union.</summary>
    public int Union(int one, int other)
    {
        if (one == other || other == 0)
        {
            return one;
        }

        if (one == 0)
        {
            return other;
        }

        var key = one < other ? (one, other) : (other, one);
        if (!_unions.TryGetValue(key, out var union))
        {
            _unions.Add(key, union = Of(_sets[one].Concat(_sets[other])));
        }

        return union;
    }

    /// <summary>True when a set has no member that another lacks.</summary>
    public bool IsWithin(int part, int whole)
    {
        if (part == whole || part == 0)
        {
            return true;
        }

        if (!_within.TryGetValue((part, whole), out var within))
        {
            var all = _sets[whole];
            _within.Add((part, whole), within = _sets[part].All(m => Array.BinarySearch(all, m) >= 0));
        }

        return within;
    }
}
