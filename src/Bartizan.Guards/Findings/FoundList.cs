using System.Collections.Immutable;
using Bartizan.Core.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Findings;

/// <summary>Gathers what guards find, each thing once.</summary>
internal sealed class FoundList
{
    /// <summary>Findings of one text that a guard is sure of, and as many that it isn't; what has more is bad enough.</summary>
    public const int MaxFindings = 256;

    /// <summary>
    /// From this confidence on something is done about a finding. Those below are counted apart: otherwise some hundred doubtful ones,
    /// or those of another guard, would leave no room for the one that matters.
    /// </summary>
    private const double Sure = 0.75;

    private readonly List<Found> _all = [];
    private Found? _last;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>True when there is no room for more that a guard is sure of.</summary>
    public bool IsFull(string guard) => Of(guard).Certain.Count >= MaxFindings;

    /// <summary>Adds a find in a view.</summary>
    public void Add(
        string guard,
        string kind,
        TextView view,
        int start,
        int length,
        FindingSeverity severity,
        double confidence
    )
    {
        if (ListOf(guard, confidence).Count >= MaxFindings)
        {
            return;
        }

        var (from, to) = view.ToOriginal(start, length);
        Add(new ContentFinding(guard, kind, from, to, severity, confidence) { Coding = view.Coding });
    }

    /// <summary>Adds one; the same place and kind in another view is the same find.</summary>
    public void Add(ContentFinding finding)
    {
        var (_, certain, doubtful) = Of(finding.Guard);
        var list = ListOf(finding.Guard, finding.Confidence);
        if (list.Count >= MaxFindings)
        {
            return;
        }

        var same = list.IndexOf(finding);
        if (same >= 0)
        {
            if (finding.Confidence > list.All[same].Confidence)
            {
                list.Replace(same, finding);
            }

            return;
        }

        if (list == doubtful && certain.IndexOf(finding) >= 0)
        {
            return;
        }

        if (list == certain && doubtful.IndexOf(finding) is >= 0 and var lesser)
        {
            doubtful.RemoveAt(lesser);
            Count--;
        }

        list.Add(finding);
        Count++;
    }

    /// <summary>All of them, in the order of the text.</summary>
    public ImmutableArray<ContentFinding> ToArray()
    {
        var all = new List<ContentFinding>(Count);
        foreach (var one in _all)
        {
            all.AddRange(one.Certain.All);
            all.AddRange(one.Doubtful.All);
        }

        // Of the same place, the one that was found first stays first.
        var places = new (int Start, int End, int Number)[all.Count];
        for (var at = 0; at < places.Length; at++)
        {
            places[at] = (all[at].Start, all[at].End, at);
        }

        Array.Sort(places);
        var sorted = ImmutableArray.CreateBuilder<ContentFinding>(places.Length);
        foreach (var (_, _, number) in places)
        {
            sorted.Add(all[number]);
        }

        return sorted.MoveToImmutable();
    }

    private FindingsInOrder ListOf(string guard, double confidence) =>
        confidence >= Sure ? Of(guard).Certain : Of(guard).Doubtful;

    private Found Of(string guard)
    {
        // Mostly it is the guard that asked before.
        if (ReferenceEquals(_last?.Guard, guard))
        {
            return _last;
        }

        foreach (var one in _all)
        {
            if (one.Guard == guard)
            {
                return _last = one;
            }
        }

        var made = new Found(guard, new FindingsInOrder(), new FindingsInOrder());
        _all.Add(made);
        return _last = made;
    }

    private sealed record Found(string Guard, FindingsInOrder Certain, FindingsInOrder Doubtful);
}
