using Bartizan.Core.Manifests;
using Bartizan.Guards.Injection.Lexical;

namespace Bartizan.Guards.Tests.Injection.Lexical;

public sealed class LexicalCalibrationTests
{
    [Fact]
    public void At_most_one_text_in_a_hundred_and_five_reach_the_points()
    {
        var scores = Enumerable.Range(0, 5_000).Select(i => ($"s{i % 4}", Math.Pow(i / 5_000.0, 3))).ToList();

        var found = LexicalCalibration.Of(scores)!;

        Reaching(scores, found.Scale, 0.5).ShouldBeInRange(0.008, 0.01);
        Reaching(scores, found.Scale, 0.25).ShouldBeInRange(0.045, 0.05);
        found.ShippedRate.ShouldBe(Reaching(scores, LexicalScale.Shipped, 0.5));
        found.Sources.Length.ShouldBe(4);
        found.Sources.ShouldAllBe(one => one.Rate < 0.025 && one.Texts == 1_250);
    }

    [Fact]
    public void A_source_unlike_the_others_is_seen_by_their_scale()
    {
        var scores = Enumerable
            .Range(0, 900)
            .Select(i => (i < 300 ? "odd" : $"s{i % 2}", (i < 300 ? 0.8 : 0.1) + (i % 10 / 100.0)))
            .ToList();

        LexicalCalibration.Of(scores)!.Sources.Single(one => one.Name == "odd").Rate.ShouldBe(1);
    }

    [Fact]
    public void Too_few_texts_say_nothing_and_one_source_has_no_other_to_be_tried_by()
    {
        LexicalCalibration.Of([.. Enumerable.Repeat(("a", 0.1), 299)]).ShouldBeNull();
        LexicalCalibration.Of([.. Enumerable.Repeat(("a", 0.1), 300)])!.Sources.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0.4)]
    public void Texts_that_all_score_alike_still_make_a_scale(double score) =>
        LexicalCalibration.Of([.. Enumerable.Repeat(("a", score), 400)])!.Scale.IsWellOrdered.ShouldBeTrue();

    private static double Reaching(List<(string, double Score)> scores, LexicalScale scale, double point) =>
        (double)scores.Count(one => scale.Of(one.Score) >= point) / scores.Count;
}
