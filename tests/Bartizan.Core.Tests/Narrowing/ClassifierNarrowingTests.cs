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
