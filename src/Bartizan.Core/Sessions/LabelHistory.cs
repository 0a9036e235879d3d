using System.Collections.Immutable;

namespace Bartizan.Core.Sessions;

/// <summary>
/// What put which label on a session, numbered in order, and what of it isn't over. A person who takes a label off has looked at it up to
/// a number: what came later, or is still under way, keeps it. Its session guards it.
/// </summary>
internal sealed class LabelHistory
{
    /// <summary>Sources of one label that are shown: the first of them and the latest; of the others the number.</summary>
    public const int MaxSources = 32;

    private readonly Dictionary<Labels, Line> _lines = [];

    /// <summary>The number of the latest.</summary>
    public long Number { get; private set; }

    private static ImmutableArray<Labels> All { get; } = [Labels.Untrusted, Labels.Private, Labels.Secret];

    /// <summary>Takes what gave labels.</summary>
    public void Note(Labels labels, string by, bool open)
    {
        if (labels == Labels.None)
        {
            return;
        }

        Number++;
        foreach (var line in Of(labels))
        {
            line.Last = Number;
            line.Count++;
            line.Open += open ? 1 : 0;
            if (line.Sources.Count < MaxSources)
            {
                line.Sources.Add(by);
            }
            else
            {
                line.Sources.RemoveAt(1);
                line.Sources.Add(by);
            }
        }
    }

    /// <summary>One that was open gives no more. It gave until now: who looked before hasn't seen all of it.</summary>
    public void Over(Labels labels)
    {
        Number += labels == Labels.None ? 0 : 1;
        foreach (var line in Of(labels))
        {
            line.Last = Number;
            line.Open--;
        }
    }

    /// <summary>What gives these labels goes on as long as the session lives.</summary>
    public void Stand(Labels labels)
    {
        foreach (var line in Of(labels))
        {
            line.Stands = true;
        }
    }

    /// <summary>Why a label stays, as a sentence; null when somebody has seen all that gave it.</summary>
    public string? WhyKept(Labels label, long seen)
    {
        foreach (var line in Of(label))
        {
            if (line.Stands)
            {
                return "it can read what gives it at any time, where nobody sees it";
            }

            if (line.Open > 0)
            {
                return $"an action that gives it isn't over: {line.Sources[^1]}";
            }

            if (line.Last > seen)
            {
                return $"it has met more of it since you looked: {line.Sources[^1]}";
            }
        }

        return null;
    }

    /// <summary>What gave a label is looked at.</summary>
    public void Clear(Labels label)
    {
        foreach (var line in Of(label))
        {
            line.Sources.Clear();
            line.Count = 0;
        }
    }

    /// <summary>What gave these labels.</summary>
    public ImmutableArray<LabelSources> Read(Labels labels) =>
        [
            .. All.Where(label => (labels & label) != Labels.None)
                .Select(label =>
                {
                    var line = _lines[label];
                    return new LabelSources(label, [.. line.Sources], line.Count, WhyKept(label, Number));
                }),
        ];

    private IEnumerable<Line> Of(Labels labels)
    {
        foreach (var label in All)
        {
            if ((labels & label) != Labels.None)
            {
                if (!_lines.TryGetValue(label, out var line))
                {
                    _lines[label] = line = new Line();
                }

                yield return line;
            }
        }
    }

    private sealed class Line
    {
        public List<string> Sources { get; } = [];

        public long Last { get; set; }

        public long Count { get; set; }

        public int Open { get; set; }

        public bool Stands { get; set; }
    }
}
