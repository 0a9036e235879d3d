using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Contents;

/// <summary>
/// Counts the different values of capped classes of personal data over all texts of one action. What stands in an encoding, or is more
/// than findings have room for, can't be counted, and is over every cap.
/// </summary>
internal sealed class DataCount(GuardTerms terms)
{
    private readonly HashSet<(string Kind, string Value)> _values = [];
    private readonly HashSet<string> _uncounted = new(StringComparer.Ordinal);
    private bool _isFull;

    /// <summary>Takes what was found in a text.</summary>
    public void Take(string text, ScanReport report)
    {
        var sure = report
            .Findings.Where(f => f.Guard == "personal_data" && f.Confidence >= ContentGuard.SensitiveThreshold)
            .ToList();
        _isFull |= sure.Count >= FoundList.MaxFindings;
        foreach (var one in sure.Where(f => terms.Caps.Any(cap => cap.Kind == f.Kind)))
        {
            if (one.Coding is Coding.Plain or Coding.Escapes or Coding.Markup)
            {
                _values.Add((one.Kind, text[one.Start..one.End].ToLowerInvariant()));
            }
            else
            {
                _uncounted.Add(one.Kind);
            }
        }
    }

    /// <summary>Writes down what it came to.</summary>
    public void Judge(Verdicts verdicts)
    {
        if (terms.Caps.IsEmpty)
        {
            return;
        }

        var over = terms
            .Caps.Where(cap =>
                _isFull || _uncounted.Contains(cap.Kind) || _values.Count(v => v.Kind == cap.Kind) > cap.Most
            )
            .Select(cap => new ContentFinding(
                "caps",
                $"more than {cap.Most} of {cap.Kind}",
                0,
                0,
                FindingSeverity.High,
                1
            ))
            .ToList();
        verdicts.Add($"caps/{SensitiveGuard.Version}", over.Count > 0 ? 1 : 0, 1, terms.OverCaps, over);
    }
}
