using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Sensitive;

/// <summary>Where a session's own credentials stand in a text: as they are, in any of their forms, and in every reading of it.</summary>
internal static class LentFinder
{
    /// <summary>True when one stands in it.</summary>
    public static bool IsIn(SecretIndex lent, string text)
    {
        if (lent.Find(text) >= 0)
        {
            return true;
        }

        foreach (var view in TextViews.Of(text).All)
        {
            if (lent.Find(view.Text.Span) >= 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>All places of them in the text as it came, in order, none touching another.</summary>
    public static List<(int Start, int End)> PlacesOf(SecretIndex lent, string text)
    {
        var all = new List<(int Start, int End)>();
        lent.FindAll(text, all);
        var found = new List<(int Start, int End)>();
        foreach (var view in TextViews.Of(text).All)
        {
            if (view.Parent is null && view.Text.Length == text.Length && view.Text.Span.SequenceEqual(text))
            {
                continue;
            }

            found.Clear();
            lent.FindAll(view.Text.Span, found);
            foreach (var (start, end) in found)
            {
                all.Add(view.ToOriginal(start, end - start));
            }
        }

        return Merge(all, text);
    }

    /// <summary>The same of the text as it came, and of no other reading of it.</summary>
    public static List<(int Start, int End)> RawPlacesOf(SecretIndex lent, string text)
    {
        var all = new List<(int Start, int End)>();
        lent.FindAll(text, all);
        return Merge(all, text);
    }

    // What is found may end where a value of its length would: never in the middle of a surrogate pair, of which no half can be written.
    private static List<(int Start, int End)> Merge(List<(int Start, int End)> all, string text)
    {
        all.Sort();
        var merged = new List<(int Start, int End)>(all.Count);
        foreach (var (from, to) in all)
        {
            var (start, end) = (from - (IsWithinPair(text, from) ? 1 : 0), to + (IsWithinPair(text, to) ? 1 : 0));
            if (merged.Count > 0 && start <= merged[^1].End)
            {
                merged[^1] = (merged[^1].Start, Math.Max(end, merged[^1].End));
            }
            else
            {
                merged.Add((start, end));
            }
        }

        return merged;
    }

    private static bool IsWithinPair(string text, int at) =>
        at > 0 && at < text.Length && char.IsSurrogatePair(text[at - 1], text[at]);
}
