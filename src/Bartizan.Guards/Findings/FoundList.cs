using System.Collections.Immutable;
using Bartizan.Core.Findings;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Findings;

/// <summary>Gathers what guards find, each thing once.</summary>
internal sealed class FoundList
{
    /// <summary>Findings of one text; what has more is bad enough.</summary>
    public const int MaxFindings = 256;

    private readonly List<ContentFinding> _found = [];

    /// <summary>How many there are.</summary>
    public int Count => _found.Count;

    /// <summary>True when there is no room for more.</summary>
    public bool IsFull => _found.Count >= MaxFindings;

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
        var (from, to) = view.ToOriginal(start, length);
        Add(new ContentFinding(guard, kind, from, to, severity, confidence) { Coding = view.Coding });
    }

    /// <summary>Adds one; the same place and kind in another view is the same find.</summary>
    public void Add(ContentFinding finding)
    {
        if (IsFull)
        {
            return;
        }

        for (var at = 0; at < _found.Count; at++)
        {
            var one = _found[at];
            if (
                one.Kind == finding.Kind
                && one.Guard == finding.Guard
                && one.Start < finding.End
                && finding.Start < one.End
            )
            {
                if (finding.Confidence > one.Confidence)
                {
                    _found[at] = finding;
                }

                return;
            }
        }

        _found.Add(finding);
    }

    /// <summary>All of them, in the order of the text.</summary>
    public ImmutableArray<ContentFinding> ToArray() => [.. _found.OrderBy(f => f.Start).ThenBy(f => f.End)];
}
