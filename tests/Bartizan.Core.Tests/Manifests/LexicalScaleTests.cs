using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Manifests;

public sealed class LexicalScaleTests
{
    [Fact]
    public void The_points_of_a_scale_become_those_of_the_shipped_one()
    {
        var scale = new LexicalScale(0.7, 0.3);

        scale.Of(0.7).ShouldBe(0.5, 1e-9);
        scale.Of(0.3).ShouldBe(0.25, 1e-9);
        scale.Of(0.5).ShouldBeInRange(0.25, 0.5);
        LexicalScale.Shipped.Of(0.42).ShouldBe(0.42);
        new LexicalScale(0.5, 0.25).Of(0.42).ShouldBe(0.42, 1e-9);
    }

    [Fact]
    public void A_scale_with_lower_points_makes_no_score_lower_and_higher_scores_stay_higher()
    {
        double[] points = [0.01, 0.05, 0.2, 0.25, 0.3, 0.5, 0.51, 0.8, 0.97, 0.99];
        var scales = points
            .SelectMany(likely => points.Where(p => p < likely).Select(p => new LexicalScale(likely, p)))
            .ToList();
        foreach (var (a, b) in scales.SelectMany(a => scales.Select(b => (a, b))))
        {
            var lower = new LexicalScale(Math.Min(a.Likely, b.Likely), Math.Min(a.Possible, b.Possible));
            for (var score = 0.005; score < 1; score += 0.015)
            {
                lower.Of(score).ShouldBeGreaterThanOrEqualTo(a.Of(score) - 1e-9);
                a.Of(score + 0.004).ShouldBeGreaterThanOrEqualTo(a.Of(score) - 1e-9);
            }
        }
    }

    [Theory]
    [InlineData("{ likely: 0.6, possible: 0.3 }", true)]
    [InlineData("{ likely: 0.3, possible: 0.6 }", false)]
    [InlineData("{ likely: 0.3, possible: 0.3 }", false)]
    [InlineData("{ likely: 1, possible: 0.3 }", false)]
    [InlineData("{ likely: 0.5, possible: 0 }", false)]
    [InlineData("{ likely: 0.5 }", false)]
    public void A_manifest_says_it_for_each_channel(string scale, bool loads)
    {
        var load = ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            guards: { input: { lexical: report, calibrated: { user: {{scale}} } } }
            rules:
              - { allow: "tool a/b", why: A test says so. }
            """,
            "agent.yaml",
            _ => null
        );

        load.Errors.IsEmpty.ShouldBe(loads);
        if (loads)
        {
            load.Manifest!.Guards!.UserScale.ShouldBe(new LexicalScale(0.6, 0.3));
            load.Manifest.Guards.UntrustedScale.ShouldBe(LexicalScale.Shipped);
        }
    }
}
