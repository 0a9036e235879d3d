namespace Bartizan.Guards.Training;

/// <summary>How well scores tell attacks from clean texts.</summary>
internal static class Measures
{
    /// <summary>The chance that an attack scores above a clean text.</summary>
    public static double Auc(IReadOnlyCollection<float> attacks, IReadOnlyCollection<float> clean)
    {
        var all = attacks.Select(s => (s, true)).Concat(clean.Select(s => (s, false))).OrderBy(x => x.s).ToArray();
        var sum = 0.0;
        for (var at = 0; at < all.Length; )
        {
            var end = at;
            while (end < all.Length && all[end].s == all[at].s)
            {
                end++;
            }

            sum += all[at..end].Count(x => x.Item2) * ((at + end + 1) / 2.0);
            at = end;
        }

        return (sum - (attacks.Count * (attacks.Count + 1.0) / 2)) / ((double)attacks.Count * clean.Count);
    }

    /// <summary>The score above which at most this share of clean texts is.</summary>
    public static float Threshold(IEnumerable<float> clean, double rate)
    {
        var sorted = clean.OrderDescending().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * rate))];
    }

    public static double Above(IReadOnlyCollection<float> scores, float threshold) =>
        scores.Count == 0 ? 0 : scores.Count(s => s > threshold) / (double)scores.Count;
}
