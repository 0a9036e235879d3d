using Bartizan.Core.Ports;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Contents;

/// <summary>Makes credentials and data of people unreadable in what is shown around a find.</summary>
internal sealed class SensitiveMask
{
    private const char Mark = '\u2022';

    private readonly IReadOnlyList<ContentFinding> _places;

    private SensitiveMask(IReadOnlyList<ContentFinding> places) => _places = places;

    /// <summary>The places of a text that a detector is sure of.</summary>
    public static SensitiveMask Of(string text) =>
        new([
            .. ContentScan
                .Of(text, Channel.Untrusted, Sought.Sensitive)
                .Findings.Where(one => one.Confidence >= ContentGuard.SensitiveThreshold && one.End > one.Start),
        ]);

    /// <summary>
    /// A find whose excerpt tells none of them but what is the find itself: people see what they are asked about, also where somebody
    /// dressed it as a credential.
    /// </summary>
    public GuardFind Around(GuardFind find)
    {
        if (find.Excerpt.Length == 0 || _places.Count == 0)
        {
            return find;
        }

        var from = Math.Max(0, find.Start - GuardFind.Around);
        var shown = find.Excerpt.ToCharArray();
        foreach (var one in _places)
        {
            for (var at = Math.Max(one.Start, from); at < Math.Min(one.End, from + shown.Length); at++)
            {
                if (at < find.Start || at >= find.End)
                {
                    shown[at - from] = Mark;
                }
            }
        }

        return find with
        {
            Excerpt = new string(shown),
        };
    }
}
