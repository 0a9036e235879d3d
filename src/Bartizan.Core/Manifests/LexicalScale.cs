namespace Bartizan.Core.Manifests;

/// <summary>
/// Where a deployment's own clean traffic lies on the shipped scale of the lexical vote: `bartizan calibrate` measures it. The shipped
/// scale says
/// 0.5 of one clean text in a hundred and 0.25 of five, of texts that aren't this deployment's.
/// </summary>
/// <param name="Likely">The shipped score that one own clean text in a hundred reaches; above <paramref name="Possible"/>, below 1.</param>
/// <param name="Possible">The shipped score that five in a hundred reach; above 0.</param>
public sealed record LexicalScale(
    double Likely = LexicalScale.ShippedLikely,
    double Possible = LexicalScale.ShippedPossible
)
{
    /// <summary>The score that stands for one clean text in a hundred.</summary>
    public const double ShippedLikely = 0.5;

    /// <summary>The score that stands for five.</summary>
    public const double ShippedPossible = 0.25;

    /// <summary>As it is shipped.</summary>
    public static LexicalScale Shipped { get; } = new();

    /// <summary>True when one text in a hundred scores above five in a hundred, both between 0 and 1.</summary>
    public bool IsWellOrdered => Possible > 0 && Possible < Likely && Likely < 1;

    /// <summary>
    /// A shipped score on this scale: its two points become 0.5 and 0.25; between them logits go in a straight line, beyond they are
    /// moved. So a
    /// scale with lower points makes no score lower. One that isn't well ordered changes nothing.
    /// </summary>
    public double Of(double score)
    {
        if (!IsWellOrdered || this == Shipped || score is <= 0 or >= 1)
        {
            return score;
        }

        var (at, likely, possible) = (Logit(score), Logit(Likely), Logit(Possible));
        var logit =
            at >= likely ? at - likely
            : at >= possible ? Logit(ShippedPossible) * (likely - at) / (likely - possible)
            : at - possible + Logit(ShippedPossible);
        return 1 / (1 + Math.Exp(-logit));
    }

    private static double Logit(double p) => Math.Log(p / (1 - p));
}
