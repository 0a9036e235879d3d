using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>What is kept from models: what passes without it, and what comes back, is power.</summary>
public sealed class ModelGuardNarrowingTests
{
    private static readonly GuardTerms _refusing = new() { Secrets = GuardAction.Redact };
    private static readonly GuardTerms _takingOut = _refusing with { SecretsToModel = GuardAction.Redact };

    [Fact]
    public void A_request_that_was_refused_and_now_goes_without_its_credentials_is_more()
    {
        IsNarrower(_takingOut, _refusing).ShouldBeFalse();
        IsNarrower(_takingOut with { Restore = true }, _refusing).ShouldBeFalse();

        // The way back isn't proved either: what is said of all that is sent reads less of a request than what is said of models.
        IsNarrower(_refusing, _takingOut).ShouldBeFalse();
    }

    [Fact]
    public void What_comes_back_is_more_where_it_was_taken_out()
    {
        IsNarrower(_takingOut with { Restore = true }, _takingOut).ShouldBeFalse();
        IsNarrower(_takingOut, _takingOut with { Restore = true }).ShouldBeTrue();
    }

    private static bool IsNarrower(GuardTerms first, GuardTerms second) =>
        NarrowingProof.Of(With(first), With(second), Rules.Now).Answer == NarrowingAnswer.Proved;

    private static Manifest With(GuardTerms terms) =>
        Rules.Manifest(["allow: model one/a"], ["allow: model one/a"]) with
        {
            Guards = terms,
        };
}
