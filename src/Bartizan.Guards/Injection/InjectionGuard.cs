using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Injection;

/// <summary>
/// Finds, without a model, what is loud in attacks on models: hidden text, tokens of chat templates, orders by their words, the same in
/// disguise. It misses every attack that reads like an ordinary request; see docs/guards.md for what it is worth.
/// </summary>
public static class InjectionGuard
{
    /// <summary>Changes whenever its findings may.</summary>
    public const string Version = "1";

    // What is written so that a person doesn't see it, or a filter doesn't, is rarely meant well.
    private const double Disguised = 0.95;

    /// <summary>Adds what is found in a text.</summary>
    internal static void Find(TextViews views, Channel channel, FoundList found, GuardPack pack)
    {
        foreach (var view in views.All)
        {
            var before = found.Count;
            RoleMarks.Find(pack.Marks, view, channel, found);
            OrderScan.Find(pack.Orders, view, channel, found);
            if (found.Count > before && view.Coding is not (Coding.Plain or Coding.Escapes or Coding.Markup))
            {
                var (start, end) = view.ToOriginal(0, view.Text.Length);
                found.Add(
                    new ContentFinding("injection", "disguised-order", start, end, FindingSeverity.High, Disguised)
                    {
                        Coding = view.Coding,
                    }
                );
            }
        }

        if (views.IsCut)
        {
            found.Add(
                new ContentFinding(
                    "injection",
                    "too-much-to-unfold",
                    0,
                    views.Original.Length,
                    FindingSeverity.Medium,
                    0.5
                )
            );
        }

        FindBetweenInvisible(views, found);
    }

    /// <summary>
    /// How sure all findings together make, from 0 to 1: independent signs add up, and none takes from another.
    /// </summary>
    public static double Score(IEnumerable<ContentFinding> findings)
    {
        ArgumentNullException.ThrowIfNull(findings);

        // There are few kinds, and in a text that has many finds most are of those seen before.
        var kinds = new List<(string Kind, double Sure)>();
        foreach (var one in findings)
        {
            if (one.Guard is not "injection")
            {
                continue;
            }

            var at = kinds.Count - 1;
            while (at >= 0 && kinds[at].Kind != one.Kind)
            {
                at--;
            }

            if (at < 0)
            {
                kinds.Add((one.Kind, one.Confidence));
            }
            else if (one.Confidence > kinds[at].Sure)
            {
                kinds[at] = (one.Kind, one.Confidence);
            }
        }

        var not = 1.0;
        foreach (var (_, sure) in kinds)
        {
            not *= 1 - sure;
        }

        return 1 - not;
    }

    // An order whose letters have invisible ones between them was meant to be missed.
    private static void FindBetweenInvisible(TextViews views, FoundList found)
    {
        const HiddenForms Meant =
            HiddenForms.ZeroWidth
            | HiddenForms.SoftHyphen
            | HiddenForms.Bidi
            | HiddenForms.LookAlikes
            | HiddenForms.Forms
            | HiddenForms.Element
            | HiddenForms.Comment
            | HiddenForms.Leet
            | HiddenForms.Spaced
            | HiddenForms.Escapes;
        if ((views.Hidden & Meant) == HiddenForms.None || found.Count == 0)
        {
            return;
        }

        var places = views.HiddenSpans.Where(span => (span.Form & Meant) != HiddenForms.None).ToArray();
        Array.Sort(places, static (one, other) => one.Start.CompareTo(other.Start));
        var ends = new int[places.Length];
        for (var (at, end) = (0, 0); at < places.Length; at++)
        {
            ends[at] = end = Math.Max(end, places[at].End);
        }

        foreach (var one in found.ToArray())
        {
            if (one is { Guard: "injection", Kind: not "disguised-order" } && ReachesInto(places, ends, one))
            {
                found.Add(one with { Kind = "disguised-order", Confidence = Disguised });
            }
        }
    }

    // Of all places that begin before its end, the farthest ends after its beginning.
    private static bool ReachesInto(HiddenSpan[] places, int[] ends, ContentFinding one)
    {
        var (low, high) = (0, places.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (places[middle].Start < one.End)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low > 0 && ends[low - 1] > one.Start;
    }
}
