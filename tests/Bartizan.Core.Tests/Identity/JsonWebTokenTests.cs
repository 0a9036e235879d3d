using System.Text.Json.Nodes;
using Bartizan.Core.Identity;

namespace Bartizan.Core.Tests.Identity;

public sealed class JsonWebTokenTests : IDisposable
{
    private readonly TokenForge _forge = new();

    public void Dispose() => _forge.Dispose();

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public void A_good_token_says_who_it_is_of(string algorithm)
    {
        var verdict = _forge.Verify(_forge.Sign(TokenForge.Head(algorithm), TokenForge.Claims()));

        verdict.Why.ShouldBeEmpty();
        verdict.IsGood.ShouldBeTrue();
        verdict.Claims!.Issuer.ShouldBe(TokenForge.IssuerName);
        verdict.Claims.Subject.ShouldBe("248289761001");
        verdict.Claims.Audience.ShouldBe([TokenForge.Client]);
        verdict.Claims.Expires.ShouldBe(TokenForge.Now.AddMinutes(10));
        verdict.Claims.Issued.ShouldBe(TokenForge.Now.AddMinutes(-1));
        verdict.Claims.TextOf("region").ShouldBe("eu");
    }

    [Fact]
    public void Nobody_judged_isnt_good()
    {
        TokenVerdict nothing = default;

        nothing.IsGood.ShouldBeFalse();
        nothing.Fault.ShouldBe(TokenFault.Unjudged);
        nothing.Why.ShouldNotBeEmpty();
    }

    [Fact]
    public void The_type_of_an_id_token_may_be_left_out()
    {
        var head = TokenForge.Head("ES256");
        head.Remove("typ");

        _forge.Verify(_forge.Sign(head, TokenForge.Claims())).IsGood.ShouldBeTrue();
    }

    [Theory]
    [InlineData("at+jwt")]
    [InlineData("application/at+jwt")]
    [InlineData("AT+JWT")]
    public void A_token_for_a_resource_server_says_so(string type)
    {
        var head = TokenForge.Head("ES256");
        head["typ"] = type;
        var claims = TokenForge.Claims();
        claims["aud"] = new JsonArray(TokenForge.Client, "https://other.example");
        claims["azp"] = "the app that its user signed in to";

        var token = _forge.Sign(head, claims);

        _forge.Verify(token, TokenForge.Expected with { Use = TokenUse.Access }).Why.ShouldBeEmpty();
        _forge.Verify(token).Fault.ShouldBe(TokenFault.Kind);
    }

    [Fact]
    public void Several_audiences_are_good_with_the_party_that_it_was_issued_to()
    {
        var claims = TokenForge.Claims();
        claims["aud"] = new JsonArray("https://other.example", TokenForge.Client);
        claims["azp"] = TokenForge.Client;

        _forge.Verify(_forge.Sign(TokenForge.Head("ES256"), claims)).Why.ShouldBeEmpty();
    }

    [Fact]
    public void Clocks_may_be_a_minute_apart()
    {
        var claims = TokenForge.Claims();
        claims["iat"] = TokenForge.Now.AddMinutes(-10).ToUnixTimeSeconds();
        claims["exp"] = TokenForge.Now.AddSeconds(-59).ToUnixTimeSeconds();
        _forge.Verify(_forge.Sign(TokenForge.Head("ES256"), claims)).Why.ShouldBeEmpty();

        claims = TokenForge.Claims();
        claims["iat"] = TokenForge.Now.AddSeconds(59).ToUnixTimeSeconds();
        claims["nbf"] = TokenForge.Now.AddSeconds(59).ToUnixTimeSeconds();
        _forge.Verify(_forge.Sign(TokenForge.Head("ES256"), claims)).Why.ShouldBeEmpty();
    }

    [Fact]
    public void A_token_without_a_keys_name_is_of_the_only_key_that_fits()
    {
        var head = TokenForge.Head("ES256");
        head.Remove("kid");
        var token = _forge.Sign(head, TokenForge.Claims());

        _forge.Verify(token).Why.ShouldBeEmpty();
        using var other = new TokenForge();
        var second = other.CurveKey();
        second["kid"] = "second";
        _forge.Verify(token, keys: TokenForge.Set(_forge.CurveKey(), second)).Fault.ShouldBe(TokenFault.UnknownKey);
    }

    [Fact]
    public void A_nonce_and_the_hash_of_what_came_with_it_are_compared()
    {
        // OpenID Connect Core 1.0, A.3: the token of its example and that token's hash.
        const string Came = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        var claims = TokenForge.Claims();
        claims["nonce"] = "n-0S6_WzA2Mj";
        claims["at_hash"] = "77QmUPtjPfzWtF2AnpK9RQ";
        var expected = TokenForge.Expected with { Nonce = "n-0S6_WzA2Mj", AccessToken = Came };

        var token = _forge.Sign(TokenForge.Head("RS256"), claims);

        _forge.Verify(token, expected).Why.ShouldBeEmpty();
        _forge.Verify(token, expected with { Nonce = "another" }).Fault.ShouldBe(TokenFault.Nonce);
        _forge.Verify(token, expected with { AccessToken = Came + "x" }).Fault.ShouldBe(TokenFault.Binding);
    }

    [Fact]
    public void A_bound_token_is_good_over_the_certificates_connection_alone()
    {
        var claims = TokenForge.Claims();
        claims["cnf"] = new JsonObject { ["x5t#S256"] = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" };
        var token = _forge.Sign(TokenForge.Head("ES256"), claims);

        _forge.Verify(token).Fault.ShouldBe(TokenFault.Binding);
        _forge
            .Verify(token, TokenForge.Expected with { Certificate = "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2" })
            .Why.ShouldBeEmpty();
        _forge.Verify(token, TokenForge.Expected with { Certificate = "other" }).Fault.ShouldBe(TokenFault.Binding);
    }
}
