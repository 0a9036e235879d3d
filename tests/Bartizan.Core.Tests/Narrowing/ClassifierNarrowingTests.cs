using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Each laxer classifier is power gained, each stricter one isn't.</summary>
public sealed class ClassifierNarrowingTests
{
    private static readonly Dictionary<string, Func<Classifier, Classifier>> _laxer = new(StringComparer.Ordinal)
    {
        ["Url"] = c => c with { Url = new Uri("https://other.example/") },
        ["ReadsUntrusted"] = c => c with { ReadsUntrusted = false },
        ["ReadsUser"] = c => c with { ReadsUser = false },
        ["Threshold"] = c => c with { Threshold = 0.6 },
        ["Action"] = c => c with { Action = GuardAction.Report },
        ["OnFailure"] = c => c with { OnFailure = GuardAction.Report },
        // Without an answer in time it blocks: the longer it waits, the more passes.
        ["Within"] = c => c with { Within = TimeSpan.FromSeconds(3) },
    };

    public static TheoryData<string> Laxer => [.. _laxer.Keys];

    [Theory]
    [MemberData(nameof(Laxer))]
    public void A_laxer_one_is_an_excess_and_the_way_back_is_none(string what)
    {
        var one = GuardWorld.Classifier;
        var lax = _laxer[what](one);
        IsNarrower(lax, one).ShouldBeFalse();
        IsNarrower(one, lax).ShouldBe(what != "Url");
        IsNarrower(one, one).ShouldBeTrue();
    }

    [Fact]
    public void Where_a_failure_is_reported_the_shorter_wait_is_the_laxer()
    {
        var one = GuardWorld.Classifier with { OnFailure = GuardAction.Report };
        var shorter = one with { Within = TimeSpan.FromSeconds(1) };
        IsNarrower(shorter, one).ShouldBeFalse();
        IsNarrower(one, shorter).ShouldBeTrue();
    }

    [Fact]
    public void One_that_has_people_asked_lies_between_one_that_blocks_and_one_that_reports()
    {
        var blocks = GuardWorld.Classifier;
        var (asks, reports) = (blocks with { Action = GuardAction.Ask }, blocks with { Action = GuardAction.Report });
        IsNarrower(asks, blocks).ShouldBeFalse();
        IsNarrower(blocks, asks).ShouldBeTrue();
        IsNarrower(reports, asks).ShouldBeFalse();
        IsNarrower(asks, reports).ShouldBeTrue();
        var without = blocks with { OnFailure = GuardAction.Ask };
        IsNarrower(without, blocks).ShouldBeFalse();
        IsNarrower(blocks, without).ShouldBeTrue();
        IsNarrower(blocks with { OnFailure = GuardAction.Report }, without).ShouldBeFalse();
        IsNarrower(without, blocks with { OnFailure = GuardAction.Report }).ShouldBeTrue();
    }

    [Fact]
    public void Where_people_are_asked_for_want_of_an_answer_no_other_wait_is_as_strict()
    {
        var one = GuardWorld.Classifier with { OnFailure = GuardAction.Ask };
        IsNarrower(one with { Within = TimeSpan.FromSeconds(1) }, one).ShouldBeFalse();
        IsNarrower(one with { Within = TimeSpan.FromSeconds(4) }, one).ShouldBeFalse();
        IsNarrower(one, one).ShouldBeTrue();
    }

    [Fact]
    public void Each_of_its_properties_is_compared() =>
        typeof(Classifier)
            .GetProperties()
            .Select(p => p.Name)
            .Where(name => name != nameof(Classifier.Name))
            .ShouldBe(_laxer.Keys, ignoreOrder: true);

    private static bool IsNarrower(Classifier first, Classifier second) =>
        NarrowingProof.Of(With(first), With(second), Rules.Now).Answer == NarrowingAnswer.Proved;

    private static Manifest With(Classifier one) =>
        Rules.Manifest(["allow: model one/a"], ["allow: model one/a"]) with
        {
            Guards = new GuardTerms { Classifiers = [one] },
        };
}
