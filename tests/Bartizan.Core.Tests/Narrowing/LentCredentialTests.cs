using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>How long leases last, and in whose name.</summary>
public sealed class LentCredentialTests
{
    [Theory]
    [InlineData(CredentialOrigin.Identity, null, 15, true)]
    [InlineData(CredentialOrigin.Identity, null, 10, false)]
    [InlineData(CredentialOrigin.Identity, 15, null, false)]
    [InlineData(CredentialOrigin.Identity, 5, null, true)]
    [InlineData(CredentialOrigin.Provider, null, 6, true)]
    [InlineData(CredentialOrigin.Provider, null, 5, false)]
    [InlineData(CredentialOrigin.Provider, 5, null, true)]
    [InlineData(CredentialOrigin.Vault, null, 60, false)]
    [InlineData(CredentialOrigin.Vault, 60, null, true)]
    public void A_lease_that_lasts_longer_is_more(CredentialOrigin origin, int? before, int? minutes, bool isMore) =>
        NarrowingProof
            .Of(Lent(origin, minutes), Lent(origin, before), Rules.Now)
            .Answer.ShouldBe(isMore ? NarrowingAnswer.Refuted : NarrowingAnswer.Proved);

    [Fact]
    public void A_token_that_names_another_agent_is_more()
    {
        var one = Lent(CredentialOrigin.Identity, null);

        NarrowingProof.Of(one, one with { Agent = "other" }, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
        var shared = Lent(CredentialOrigin.Vault, null);
        NarrowingProof.Of(shared, shared with { Agent = "other" }, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    private static Manifest Lent(CredentialOrigin origin, int? minutes)
    {
        var source = new CredentialSource("k", origin, "corp/a#b")
        {
            Ttl = minutes is { } some ? TimeSpan.FromMinutes(some) : null,
        };
        return Rules.Manifest([], []) with
        {
            Credentials = ImmutableDictionary<string, CredentialSource>.Empty.Add("k", source),
        };
    }
}
