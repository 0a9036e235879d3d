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

        var same = IndexOf(list, finding);
        if (same >= 0)
        {
            list[same] = finding.Confidence > list[same].Confidence ? finding : list[same];
            return;
        }

        if (list == doubtful && IndexOf(certain, finding) >= 0)
        {
            return;
        }

        if (list == certain && IndexOf(doubtful, finding) is >= 0 and var lesser)
        {
            doubtful.RemoveAt(lesser);
            Count--;
        }

        list.Add(finding);
        Count++;
    }

    /// <summary>All of them, in the order of the text.</summary>
    public ImmutableArray<ContentFinding> ToArray() =>
        [.. _all.SelectMany(one => one.Certain.Concat(one.Doubtful)).OrderBy(f => f.Start).ThenBy(f => f.End)];

    // From the last on: what is found twice was mostly found just before.
    private static int IndexOf(List<ContentFinding> list, ContentFinding finding)
    {
        for (var at = list.Count - 1; at >= 0; at--)
        {
            var one = list[at];
            if (one.Start < finding.End && finding.Start < one.End && one.Kind == finding.Kind)
            {
                return at;
            }
        }

        return -1;
    }

    private List<ContentFinding> ListOf(string guard, double confidence) =>
        confidence >= Sure ? Of(guard).Certain : Of(guard).Doubtful;

    private Found Of(string guard)
    {
        foreach (var one in _all)
        {
            if (one.Guard == guard)
            {
                return one;
            }
        }

        var made = new Found(guard, [], []);
        _all.Add(made);
        return made;
    }

    private sealed record Found(string Guard, List<ContentFinding> Certain, List<ContentFinding> Doubtful);
}
