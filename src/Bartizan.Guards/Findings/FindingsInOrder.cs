namespace Bartizan.Guards.Findings;

/// <summary>Findings in the order in which they came. Mostly that is the text's order, and then one is found again by halving.</summary>
internal sealed class FindingsInOrder
{
    private readonly List<ContentFinding> _all = [];

    // True as long as neither beginnings nor ends ever went back.
    private bool _isSorted = true;

    /// <summary>How many there are.</summary>
    public int Count => _all.Count;

    /// <summary>All of them.</summary>
    public IReadOnlyList<ContentFinding> All => _all;

    /// <summary>Adds one at the end.</summary>
    public void Add(ContentFinding finding)
    {
        _isSorted &= _all.Count == 0 || IsInOrder(_all[^1], finding);
        _all.Add(finding);
    }

    /// <summary>Puts another in the place of one.</summary>
    public void Replace(int at, ContentFinding finding)
    {
        _all[at] = finding;
        _isSorted &=
            (at == 0 || IsInOrder(_all[at - 1], finding)) && (at + 1 == _all.Count || IsInOrder(finding, _all[at + 1]));
    }

    /// <summary>Takes one away.</summary>
    public void RemoveAt(int at) => _all.RemoveAt(at);

    /// <summary>The last of the same kind that shares a place with a finding; below zero when none does.</summary>
    public int IndexOf(ContentFinding finding)
    {
        // What is found twice was mostly found just before.
        for (var at = LastBefore(finding.End); at >= 0; at--)
        {
            var one = _all[at];
            if (finding.Start < one.End && one.Start < finding.End && one.Kind == finding.Kind)
            {
                return at;
            }

            if (_isSorted && one.End <= finding.Start)
            {
                return -1;
            }
        }

        return -1;
    }

    private static bool IsInOrder(ContentFinding before, ContentFinding after) =>
        before.Start <= after.Start && before.End <= after.End;

    // The last that begins before a place; the last of all where they are in no order.
    private int LastBefore(int place)
    {
        if (!_isSorted || _all.Count == 0 || _all[^1].Start < place)
        {
            return _all.Count - 1;
        }

        var (low, high) = (0, _all.Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_all[middle].Start < place)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }
}
