using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Bartizan.Vault.Tests.Providers.OAuth;

public sealed class OAuthTests
{
    [Fact]
    public async Task A_token_of_the_asked_scope_is_lent_and_goes_with_its_session()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);

        var token = await house.UseAsync("orders");

        there.Find(token)!.Scope.ShouldBe("orders.read");
        (await house.UseAsync("orders")).ShouldBe(token);
        there.Wire.Asked.ShouldBe(["GET /.well-known/oauth-authorization-server/tenant", "POST /token"]);
        there.Forms.Last().ShouldBe("grant_type=client_credentials&scope=orders.read");
        house.All.Single().IsSealed.ShouldBeTrue();
        house.Log.ShouldContain(one =>
            one.Contains("issued: a token of the scope `orders.read`, for 600 seconds; revoked with the session")
        );
        var told = JsonSerializer.Serialize(house.All) + string.Join('\n', house.Log);
        told.ShouldNotContain(token);
        told.ShouldNotContain(OwnOAuth.Secret);

        house.Lender.Close(house.Session);

        await house.GoneAsync(() => there.Tokens.Count == 0);
        await house.PassAsync(() => house.Log[^1].Contains("revoked"));
    }

    [Fact]
    public async Task Two_scopes_are_two_tokens_and_another_session_has_others()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);

        var (read, write) = (await house.UseAsync("orders"), await house.UseAsync("write"));

        there.Find(read)!.Scope.ShouldBe("orders.read");
        there.Find(write)!.Scope.ShouldBe("orders.write");
        var first = house.Session;
        house.Open();
        (await house.UseAsync("orders")).ShouldNotBe(read);
        house.Lender.Close(first);
        await house.PassAsync(() => there.Tokens.Count == 1);
    }

    [Fact]
    public async Task A_token_is_issued_anew_after_half_of_its_time_and_the_one_before_goes()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        var first = await house.UseAsync("orders");

        house.Clock.Advance(TimeSpan.FromMinutes(4));
        (await house.UseAsync("orders")).ShouldBe(first);
        house.Clock.Advance(TimeSpan.FromMinutes(1));
        var second = await house.UseAsync("orders");

        second.ShouldNotBe(first);
        await house.PassAsync(() => there.Tokens.Count == 1 && house.All.Count == 1);
        there.Tokens.ShouldBe([second]);
    }

    [Fact]
    public async Task While_the_server_is_away_the_one_before_goes_on_until_its_end()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        var first = await house.UseAsync("orders");
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        there.Wire.IsAway = true;

        var used = house.UseAsync("orders");
        await house.PassAsync(() => used.IsCompleted);

        (await used).ShouldBe(first);
        (await house.UseAsync("orders")).ShouldBe(first);
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        var refused = house.RefusedAsync("orders");
        await house.PassAsync(() => refused.IsCompleted);
        (await refused).ShouldContain("isn't there for it now");
        there.Wire.IsAway = false;
        house.Clock.Advance(TimeSpan.FromSeconds(2));
        (await house.UseAsync("orders")).ShouldNotBe(first);
    }

    [Fact]
    public async Task After_a_no_the_one_before_does_not_go_on()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");
        there.Allowed.Remove("orders.read");

        house.Clock.Advance(TimeSpan.FromMinutes(5));

        (await house.RefusedAsync("orders")).ShouldContain("invalid_scope: not for this client");
    }

    [Theory]
    [InlineData("post", "client_secret=s3cr3t%20of%2Bthe%2Fclient")]
    [InlineData("basic", "grant_type=client_credentials")]
    public async Task A_client_says_who_it_is_as_the_manifest_says(string by, string expected)
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there, settings: ("auth.by", by));

        there.Find(await house.UseAsync("orders")).ShouldNotBeNull();

        there.Forms.Last().ShouldContain(expected);
        there.Fields.Last().StartsWith("Basic ", StringComparison.Ordinal).ShouldBe(by == "basic");
    }

    [Fact]
    public async Task A_client_signs_with_a_private_key_of_the_vault()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.Key = RSA.Create(2048);
        var line = Convert.ToBase64String(Encoding.ASCII.GetBytes(there.Key.ExportPkcs8PrivateKeyPem()));
        await using var house = OAuthHouse.Open(there, line, settings: [("auth.by", "key"), ("auth.key_id", "k1")]);

        there.Find(await house.UseAsync("orders")).ShouldNotBeNull();

        there
            .Forms.Last()
            .ShouldContain("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
        there.Forms.Last().ShouldNotContain("client_secret");
    }

    [Fact]
    public async Task A_manifest_can_name_the_endpoints_and_then_nothing_is_discovered()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(
            there,
            settings:
            [
                ("endpoints.token", $"{there.Wire.Origin}/token"),
                ("endpoints.revoke", $"{there.Wire.Origin}/revoke"),
            ]
        );

        await house.UseAsync("orders");
        house.Lender.Close(house.Session);
        await house.GoneAsync(() => there.Tokens.Count == 0);

        there.Wire.Asked.ShouldBe(["POST /token", "POST /revoke"]);
    }

    [Fact]
    public async Task A_token_that_nobody_can_revoke_is_said_to_be_one()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.HasRevocation = false;
        await using var house = OAuthHouse.Open(there);

        await house.UseAsync("orders");

        house.All.ShouldBeEmpty();
        house.Log.ShouldContain(one => one.Contains("nobody revokes it before"));
        there.Ttl = null;
        (await house.RefusedAsync("write")).ShouldContain("gave a token without an end, and has no way to revoke it");
    }

    [Fact]
    public async Task A_token_without_an_end_goes_with_its_session_where_the_manifest_says_no_time()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.Ttl = null;
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");

        house.Lender.Close(house.Session);

        await house.GoneAsync(() => there.Tokens.Count == 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"expires_in\":0")]
    [InlineData(",\"expires_in\":-60")]
    [InlineData(",\"expires_in\":59.5")]
    [InlineData(",\"expires_in\":99999999999")]
    [InlineData(",\"expires_in\":[60]")]
    public async Task An_end_that_is_not_said_or_can_not_be_read_is_longer_than_any_time_of_the_manifest(string end)
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there, ttl: TimeSpan.FromMinutes(15));
        there.Wire.Instead = ("/token", "application/json", $$"""{"access_token":"a","token_type":"bearer"{{end}}}""");

        (await house.RefusedAsync("orders")).ShouldContain("has no end that can be read");

        house.Log.ShouldContain(one => one.Contains("wider-credential"));
        there.Wire.Asked.ShouldContain("POST /revoke");
    }

    [Fact]
    public async Task Where_no_scope_is_asked_for_and_none_is_said_it_may_be_any()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.SaysScope = false;
        await using var house = OAuthHouse.Open(there);
        house.Sources.Add(new("any", Core.Manifests.CredentialOrigin.Provider, "idp/token#access_token"));
        house.Open();

        (await house.RefusedAsync("any")).ShouldContain("doesn't say its scopes");

        there.Tokens.ShouldBeEmpty();
        house.Clock.Advance(TimeSpan.FromSeconds(6));
        there.Find(await house.UseAsync("orders")).ShouldNotBeNull();
    }
}
