using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Of what comes to an agent a report is less than asking, and asking less than a block.</summary>
public sealed class HeldContentNarrowingTests
{
    private static readonly Func<GuardAction, GuardTerms>[] _all =
    [
        action => new GuardTerms { Injection = action },
        action => new GuardTerms { Lexical = action },
        action => new GuardTerms { HiddenText = action },
    ];

    [Theory]
    [InlineData(GuardAction.Ask, GuardAction.Block, false)]
    [InlineData(GuardAction.Block, GuardAction.Ask, true)]
    [InlineData(GuardAction.Ask, GuardAction.Report, true)]
    [InlineData(GuardAction.Report, GuardAction.Ask, false)]
    [InlineData(GuardAction.Redact, GuardAction.Ask, false)]
    [InlineData(GuardAction.Ask, GuardAction.Redact, false)]
    [InlineData(GuardAction.Ask, GuardAction.Ask, true)]
    public void Asking_is_between_a_block_and_a_report(GuardAction first, GuardAction second, bool isNarrower)
    {
        foreach (var terms in _all)
        {
            IsNarrower(terms(first), terms(second)).ShouldBe(isNarrower);
        }
    }

    private static bool IsNarrower(GuardTerms first, GuardTerms second) =>
        NarrowingProof.Of(With(first), With(second), Rules.Now).Answer == NarrowingAnswer.Proved;

    private static Manifest With(GuardTerms terms) =>
        Rules.Manifest(["allow: model one/a"], ["allow: model one/a"]) with
        {
            Guards = terms,
        };
}
