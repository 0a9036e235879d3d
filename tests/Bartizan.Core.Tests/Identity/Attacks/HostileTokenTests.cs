using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity.Attacks;

public sealed class HostileTokenTests
{
    public static TheoryData<string> Names => [.. HostileTokens.All.Select(one => one.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_hostile_token_is_refused_and_never_repeated(string name)
    {
        using var forge = new TokenForge();
        var hostile = HostileTokens.All.Single(one => one.Name == name);
        var token = hostile.Forge(forge);

        var verdict = forge.Verify(token);

        verdict.IsGood.ShouldBeFalse();
        verdict.Claims.ShouldBeNull();
        verdict.Fault.ShouldBe(hostile.Fault, verdict.Why);
        verdict.Why.ShouldNotBeEmpty();
        verdict.Why.ShouldNotContain("248289761001");
        verdict.Why.ShouldNotContain("evil");
        verdict.Why.ShouldNotContain("admin");
    }

    [Fact]
    public void The_same_forge_makes_good_ones()
    {
        using var forge = new TokenForge();
        HostileTokens.All.Count.ShouldBeGreaterThan(100);
        forge.Verify(forge.Sign(TokenForge.Head("ES256"), TokenForge.Claims())).IsGood.ShouldBeTrue();
    }

    [Fact]
    public void A_token_that_says_who_signed_in_isnt_one_for_a_resource_server()
    {
        using var forge = new TokenForge();
        var token = forge.Sign(TokenForge.Head("ES256"), TokenForge.Claims());

        forge.Verify(token, TokenForge.Expected with { Use = TokenUse.Access }).Fault.ShouldBe(TokenFault.Kind);
    }

    [Fact]
    public void A_sign_in_without_its_nonce_is_refused()
    {
        using var forge = new TokenForge();
        var claims = TokenForge.Claims();
        var expected = TokenForge.Expected with { Nonce = "one" };
        forge.Verify(forge.Sign(TokenForge.Head("ES256"), claims), expected).Fault.ShouldBe(TokenFault.Nonce);

        claims["nonce"] = "of the sign-in before";
        forge.Verify(forge.Sign(TokenForge.Head("ES256"), claims), expected).Fault.ShouldBe(TokenFault.Nonce);
    }

    [Fact]
    public void One_changed_letter_anywhere_makes_it_another_token()
    {
        using var forge = new TokenForge();
        var token = forge.Sign(TokenForge.Head("RS256"), TokenForge.Claims());
        var keys = forge.Keys;

        for (var i = 0; i < token.Length; i++)
        {
            var other = token[i] == 'A' ? 'B' : 'A';
            forge.Verify($"{token[..i]}{other}{token[(i + 1)..]}", keys: keys).IsGood.ShouldBeFalse();
        }
    }
}
