using Bartizan.Core.Findings;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Findings;
using Bartizan.Guards.Packs;
using Bartizan.Guards.Texts;

namespace Bartizan.Guards.Injection.Lexical;

/// <summary>
/// The lexical vote on injection: a linear model over words, letters and classes of words, trained by us, one for each channel. It
/// tells what reads like the attacks it learnt from; it adds a finding and never takes one away. What it can't see stands in
/// docs/lexical-guard.md: above all a bare request, which reads like any other request.
/// <code>
/// views ─ every one that shows another text ─ windows of words ─ the worst ─ score, span
/// </code>
/// </summary>
public static class LexicalGuard
{
    /// <summary>Changes whenever its scores may: features or weights.</summary>
    public const string Version = "2";

    /// <summary>The score that one clean text in a hundred reaches.</summary>
    public const double Likely = LexicalScale.ShippedLikely;

    /// <summary>The score that five clean texts in a hundred reach.</summary>
    public const double Possible = LexicalScale.ShippedPossible;

    /// <summary>
    /// Characters of all readings together that are weighed: some 30 ms. A text that is longer is weighed that far, and is a
    /// <see cref="Possible"/> attack by that alone, so that length is no hiding place.
    /// </summary>
    private const int MaxWeighed = 1 << 20;

    /// <summary>Weighs a text.</summary>
    public static LexicalScore Of(string text, Channel channel)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Of(TextViews.Of(text), channel);
    }

    /// <summary>Weighs a text that is unfolded already.</summary>
    /// <param name="views">Its readings.</param>
    /// <param name="channel">Whose it is.</param>
    /// <param name="pack">The weights; null the shipped ones.</param>
    public static LexicalScore Of(TextViews views, Channel channel, GuardPack? pack = null)
    {
        ArgumentNullException.ThrowIfNull(views);
        var head = (pack ?? GuardPack.Shipped).Heads[channel == Channel.User ? 1 : 0];
        var worst = new LexicalScore(0, 0, 0, channel);
        var left = MaxWeighed;
        foreach (var view in views.All)
        {
            if (IsReadAgain(view, views))
            {
                continue;
            }

            var windows = new LexicalWindows(head);
            var length = Math.Min(left, view.Text.Length);
            left -= length;
            FeatureWalk<LexicalWindows>.Over(view.Text.Span[..length], ref windows);
            windows.Complete();
            var score = Scale(windows.Score, head);
            if (score > worst.Score)
            {
                var (start, end) = view.ToOriginal(windows.Start, windows.End - windows.Start);
                worst = new LexicalScore(score, start, end, channel);
            }

            if (length < view.Text.Length)
            {
                var (from, to) = view.ToOriginal(length, view.Text.Length - length);
                return worst.Score >= Possible ? worst : new LexicalScore(Possible, from, to, channel);
            }
        }

        return worst;
    }

    /// <summary>What the vote is told as; nothing below <see cref="Possible"/>.</summary>
    internal static IEnumerable<ContentFinding> FindingOf(LexicalScore vote)
    {
        if (vote.Score >= Possible)
        {
            var isLikely = vote.Score >= Likely;
            yield return new ContentFinding(
                "lexical",
                isLikely ? "likely" : "possible",
                vote.Start,
                vote.End,
                isLikely ? FindingSeverity.Medium : FindingSeverity.Low,
                Math.Round(vote.Score, 4)
            );
        }
    }

    /// <summary>A window's score on the common scale.</summary>
    internal static double Scale(float score, LexicalHead head) =>
        Scale(score, head.Thresholds[0], head.Thresholds[^1]);

    /// <summary>The same with thresholds that are not the shipped ones.</summary>
    internal static double Scale(float score, float likely, float possible)
    {
        // The two thresholds are two points of a logistic curve: 0 at one in a hundred, ln(1/3) at five.
        var slope = Math.Log((1 - Possible) / Possible) / Math.Max(likely - possible, 0.05);
        return 1 / (1 + Math.Exp(-slope * (score - likely)));
    }

    // The same text, better read, is among the views too.
    private static bool IsReadAgain(TextView view, TextViews views)
    {
        foreach (var other in views.All)
        {
            if (
                other.Parent == view
                && other.Coding is Coding.Escapes or Coding.Markup or Coding.Words or Coding.Plain
                && other.Text.Length >= view.Text.Length / 4
            )
            {
                return true;
            }
        }

        return false;
    }
}
