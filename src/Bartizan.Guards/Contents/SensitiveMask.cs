using Bartizan.Core.Ports;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Contents;

/// <summary>Makes credentials and data of people unreadable in what is shown around a find.</summary>
internal sealed class SensitiveMask
{
    private const char Mark = '\u2022';

    // A private key with its head and foot has no more; what has is prose, and whoever wrote it would choose what approvers can't read.
    private const int MaxBlanks = 8;

    private readonly IReadOnlyList<ContentFinding> _places;

    // Where there may be more than are listed nothing around a find is shown.
    private readonly bool _isFull;

    private SensitiveMask(IReadOnlyList<ContentFinding> places, bool isFull)
    {
        _places = places;
        _isFull = isFull;
    }

    /// <summary>The places of a text that a detector is sure of.</summary>
    public static SensitiveMask Of(string text)
    {
        var found = ContentScan.Of(text, Channel.Untrusted, Sought.Sensitive).Findings;
        return new SensitiveMask(
            [
                .. found.Where(one =>
                    one.Confidence >= ContentGuard.SensitiveThreshold
                    && one.End > one.Start
                    && text.AsSpan(one.Start, one.End - one.Start).Count(' ') <= MaxBlanks
                ),
            ],
            found.GroupBy(one => one.Guard).Any(guard => guard.Count() >= FoundList.MaxFindings)
        );
    }

    /// <summary>
    /// A find whose excerpt tells none of them but what is the find itself: people see what they are asked about, also where somebody
    /// dressed it as a credential.
    /// </summary>
    public GuardFind Around(GuardFind find)
    {
        if (find.Excerpt.Length == 0 || (_places.Count == 0 && !_isFull))
        {
            return find;
        }

        var from = Math.Max(0, find.Start - GuardFind.Around);
        var shown = find.Excerpt.ToCharArray();
        foreach (
            var (start, end) in _isFull ? [(from, from + shown.Length)] : _places.Select(one => (one.Start, one.End))
        )
        {
            for (var at = Math.Max(start, from); at < Math.Min(end, from + shown.Length); at++)
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
