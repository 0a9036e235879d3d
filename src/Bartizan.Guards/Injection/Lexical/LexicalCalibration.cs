using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>
/// The scale of a deployment's own clean texts. A threshold that is chosen on the texts it is measured with looks better than it is, so
/// each source is
/// also measured with the scale of all others (leave one source out).
/// </summary>
/// <param name="Scale">The scale.</param>
/// <param name="Texts">Texts that it was measured on.</param>
/// <param name="ShippedRate">Of them, the part above <c>likely</c> on the shipped scale.</param>
/// <param name="Sources">Each source, with the part of its texts above <c>likely</c> by the others' scale; empty with fewer than
/// two.</param>
public sealed record LexicalCalibration(
    LexicalScale Scale,
    int Texts,
    double ShippedRate,
    ImmutableArray<CalibratedSource> Sources
)
{
    /// <summary>The fewest texts: of 300 without one above it, the true rate is below one in a hundred (rule of three, 95 %).</summary>
    public const int LeastTexts = 300;

    /// <summary>Scores this near to 0 or 1 make no scale.</summary>
    private const double Edge = 0.001;

    /// <summary>Measures.</summary>
    /// <param name="scores">Shipped scores of clean texts, by source.</param>
    /// <returns>Null with fewer than <see cref="LeastTexts"/>.</returns>
    public static LexicalCalibration? Of(IReadOnlyCollection<(string Source, double Score)> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Count < LeastTexts)
        {
            return null;
        }

        var sources = scores.Select(one => one.Source).Distinct().Order(StringComparer.Ordinal).ToList();
        return new LexicalCalibration(
            ScaleOf(scores.Select(one => one.Score)),
            scores.Count,
            RateOf(scores.Select(one => one.Score), LexicalScale.Shipped),
            sources.Count < 2
                ? []
                :
                [
                    .. sources.Select(source =>
                    {
                        var own = scores.Where(one => one.Source == source).Select(one => one.Score).ToList();
                        var others = ScaleOf(scores.Where(one => one.Source != source).Select(one => one.Score));
                        return new CalibratedSource(source, own.Count, RateOf(own, others));
                    }),
                ]
        );
    }

    private static LexicalScale ScaleOf(IEnumerable<double> scores)
    {
        var sorted = scores.Order().ToList();
        var likely = Math.Clamp(Reached(sorted, 0.01), 2 * Edge, 1 - Edge);
        return new LexicalScale(likely, Math.Clamp(Reached(sorted, 0.05), Edge, likely - Edge));
    }

    // The lowest score that at most this part of the texts reaches: just above the first that is one too many.
    private static double Reached(List<double> sorted, double rate)
    {
        var above = (int)(sorted.Count * rate);
        return Math.Ceiling((sorted[sorted.Count - 1 - above] * 1000) + 0.5) / 1000;
    }

    private static double RateOf(IEnumerable<double> scores, LexicalScale scale)
    {
        var all = scores.ToList();
        return (double)all.Count(score => scale.Of(score) >= LexicalScale.ShippedLikely) / all.Count;
    }
}
