using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Flow;

/// <summary>The model is a sink: content with a label reaches only models that lie where it may go.</summary>
public sealed class PlaceTests
{
    private const string Private = "  places: { private: [ours, eu] }";

    [Theory]
    [InlineData("here", true)]
    [InlineData("near", true)]
    [InlineData("far", false)]
    [InlineData("nowhere", false)]
    public void What_is_private_reaches_models_in_its_places_only(string model, bool isReached)
    {
        var policy = Policy.Compile(Load(Private));

        Effect Of(Labels? labels) =>
            policy
                .Screen(
                    new ModelTarget(model, $"{model}-big-1"),
                    new Circumstances { Now = DateTimeOffset.UnixEpoch, Labels = labels }
                )
                .Effect;

        Of(Labels.None).ShouldBe(Effect.Allow);
        Of(Labels.Untrusted).ShouldBe(Effect.Allow);
        Of(Labels.Private).ShouldBe(isReached ? Effect.Allow : Effect.Deny);
        Of(Labels.Private | Labels.Untrusted).ShouldBe(isReached ? Effect.Allow : Effect.Deny);
        Of(null).ShouldBe(isReached ? Effect.Allow : Effect.Deny);
    }

    [Fact]
    public void A_refusal_says_where_the_content_stays()
    {
        var decision = Policy
            .Compile(Load(Private))
            .Screen(
                new ModelTarget("far", "far-1"),
                new Circumstances { Now = DateTimeOffset.UnixEpoch, Labels = Labels.Private }
            );

        decision.Reason.ShouldContain("which stays in ours, eu");
    }

    [Fact]
    public void A_baseline_s_places_hold_beside_the_manifest_s()
    {
        var policy = Policy.Compile(
            Load(Private, "apiVersion: bartizan/v1\ntrust:\n  places: { private: [ours, us], secret: [ours] }\n")
        );
        var known = new Circumstances { Now = DateTimeOffset.UnixEpoch, Labels = Labels.Private };

        policy.Screen(new ModelTarget("here", "here-1"), known).Effect.ShouldBe(Effect.Allow);
        policy.Screen(new ModelTarget("near", "near-1"), known).Effect.ShouldBe(Effect.Deny);
        policy.Screen(new ModelTarget("far", "far-1"), known).Effect.ShouldBe(Effect.Deny);
        policy
            .Screen(new ModelTarget("near", "near-1"), known with { Labels = Labels.Secret })
            .Effect.ShouldBe(Effect.Deny);
    }

    [Theory]
    [InlineData("  places: { private: [ours] }", Private, true)]
    [InlineData(Private, "  places: { private: [ours] }", false)]
    [InlineData("  places: { private: [ours, eu], secret: [ours] }", Private, true)]
    [InlineData("  untrusted: [\"tool a/*\"]", Private, false)]
    public void Fewer_places_are_narrower(string first, string second, bool isNarrower) =>
        (
            NarrowingProof.Of(Load(first), Load(second), DateTimeOffset.UnixEpoch).Answer == NarrowingAnswer.Proved
        ).ShouldBe(isNarrower);

    [Theory]
    [InlineData("  places: { personal: [ours] }", "personal")]
    [InlineData("  places: { private: [] }", "private")]
    public void What_can_t_be_held_is_an_error(string trust, string says) =>
        ManifestLoader
            .Load(Text(trust), "agent.yaml", _ => null)
            .Errors.ShouldHaveSingleItem()
            .Message.ShouldContain(says);

    private static Manifest Load(string trust, string? baseline = null)
    {
        var load = ManifestLoader.Load(
            Text(trust, baseline is null ? "" : "extends: ./above.yaml"),
            "agent.yaml",
            _ => baseline
        );
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        return load.Manifest.ShouldNotBeNull();
    }

    private static string Text(string trust, string extends = "") =>
        $$"""
            apiVersion: bartizan/v1
            agent: places
            owner: anna@example.com
            environment: development
            {{extends}}
            models:
              here: { api: openai, url: "http://127.0.0.1:1/v1", place: ours }
              near: { api: openai, url: "https://near.example/v1", place: eu }
              far: { api: openai, url: "https://far.example/v1", place: us }
              nowhere: { api: openai, url: "https://nowhere.example/v1" }
            rules:
              - { allow: "model here/here-*", why: "It asks models." }
              - { allow: "model near/near-*", why: "It asks models." }
              - { allow: "model far/far-*", why: "It asks models." }
              - { allow: "model nowhere/nowhere-*", why: "It asks models." }
            trust:
            {{trust}}
            """;
}
