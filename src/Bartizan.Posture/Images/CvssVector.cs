namespace Bartizan.Posture.Images;

/// <summary>The base score of a vector of CVSS 3.0 and 3.1 (7.1, 7.4), for ratings that give no number.</summary>
internal static class CvssVector
{
    private const int MaxLength = 256;

    /// <summary>The score; null for a vector of another version, or one that lacks a metric.</summary>
    public static double? Score(string? vector)
    {
        if (vector is null || vector.Length > MaxLength || !vector.StartsWith("CVSS:3.", StringComparison.Ordinal))
        {
            return null;
        }

        var metrics = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in vector.Split('/').Skip(1))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !metrics.TryAdd(part[..colon], part[(colon + 1)..]))
            {
                return null;
            }
        }

        var changed = metrics.GetValueOrDefault("S") == "C";
        var reach =
            8.22
            * Of(metrics, "AV", ("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2))
            * Of(metrics, "AC", ("L", 0.77), ("H", 0.44))
            * Of(metrics, "PR", ("N", 0.85), ("L", changed ? 0.68 : 0.62), ("H", changed ? 0.5 : 0.27))
            * Of(metrics, "UI", ("N", 0.85), ("R", 0.62));
        var loss = 1 - ((1 - Impact(metrics, "C")) * (1 - Impact(metrics, "I")) * (1 - Impact(metrics, "A")));
        var impact = changed ? (7.52 * (loss - 0.029)) - (3.25 * Math.Pow(loss - 0.02, 15)) : 6.42 * loss;
        var score = impact <= 0 ? 0 : RoundUp(Math.Min(10, (changed ? 1.08 : 1) * (impact + reach)));
        return double.IsNaN(score) || metrics.GetValueOrDefault("S") is not ("C" or "U") ? null : score;
    }

    private static double Impact(Dictionary<string, string> metrics, string name) =>
        Of(metrics, name, ("H", 0.56), ("L", 0.22), ("N", 0));

    // What isn't there makes the whole no number.
    private static double Of(
        Dictionary<string, string> metrics,
        string name,
        params ReadOnlySpan<(string, double)> values
    )
    {
        var said = metrics.GetValueOrDefault(name);
        foreach (var (word, value) in values)
        {
            if (word == said)
            {
                return value;
            }
        }

        return double.NaN;
    }

    // CVSS 3.1, appendix A: the smallest number with one decimal that isn't below, without what binary fractions add.
    private static double RoundUp(double value)
    {
        if (double.IsNaN(value))
        {
            return value;
        }

        var whole = (long)Math.Round(value * 100_000);
        return whole % 10_000 == 0 ? whole / 100_000.0 : ((whole / 10_000) + 1) / 10.0;
    }
}
