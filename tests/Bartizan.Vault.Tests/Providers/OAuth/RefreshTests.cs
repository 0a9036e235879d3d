namespace Bartizan.Vault.Tests.Providers.OAuth;

public sealed class RefreshTests
{
    [Fact]
    public async Task The_next_refresh_token_is_in_the_vault_before_the_access_token_is_lent()
    {
        await using var there = await OwnOAuth.StartAsync();
        var first = there.Consent();
        await using var house = OAuthHouse.OpenRefreshed(there, first);

        var token = await house.UseAsync("orders");

        there.Find(token)!.Scope.ShouldBe("orders.read");
        house.Kept("idp/refresh").ShouldContain(there.RefreshTokens.Single());
        there.RefreshTokens.ShouldNotContain(first);
        (await house.UseAsync("write")).ShouldNotBe(token);
        house.Kept("idp/refresh").ShouldContain(there.RefreshTokens.Single());
        house.All.ShouldBeEmpty();
        house.Clock.Advance(there.Ttl!.Value);
        there.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task Sessions_that_share_it_use_it_one_after_the_other()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent());
        var sessions = Enumerable
            .Range(0, 8)
            .Select(_ =>
            {
                house.Open();
                return house.Session;
            })
            .ToList();

        await Task.WhenAll(
            sessions.Select(async one => (await house.Lender.LendAsync(one, "orders", null, default)).Dispose())
        );

        there.Tokens.Count.ShouldBe(8);
        there.RefreshTokens.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_next_one_that_can_not_be_written_is_kept_and_nothing_is_lent_until_it_is()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent());
        house.IsVaultFull = true;

        (await house.RefusedAsync("orders")).ShouldContain("can't be written to `idp/refresh` of the vault");
        house.Clock.Advance(TimeSpan.FromSeconds(2));
        (await house.RefusedAsync("orders")).ShouldContain("can't be written");
        there.Wire.Asked.Count(one => one == "POST /token").ShouldBe(1);
        house.IsVaultFull = false;
        house.Clock.Advance(TimeSpan.FromSeconds(2));

        there.Find(await house.UseAsync("orders")).ShouldNotBeNull();

        house.Kept("idp/refresh").ShouldContain(there.RefreshTokens.Single());
    }

    [Fact]
    public async Task A_server_that_keeps_it_as_it_is_has_nothing_written()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.Rotates = false;
        var kept = there.Consent();
        await using var house = OAuthHouse.OpenRefreshed(there, kept);

        await house.UseAsync("orders");
        await house.UseAsync("write");

        house.Kept("idp/refresh").ShouldBe([kept]);
        there.RefreshTokens.ShouldBe([kept]);
    }

    [Fact]
    public async Task After_a_lost_answer_the_one_before_is_tried_and_whoever_must_sign_in_again_is_told()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent());
        there.Wire.Lost = ("/token", 1);
        (await house.RefusedAsync("orders")).ShouldContain("was lost");
        house.Clock.Advance(TimeSpan.FromSeconds(1));

        (await house.RefusedAsync("orders")).ShouldContain(
            "doesn't take the refresh token any more: somebody signs in with `bartizan providers sign-in idp`"
        );

        var asked = there.Wire.Asked.Count;
        await house.RefusedAsync("orders");
        there.Wire.Asked.Count.ShouldBe(asked);
        there.RefreshTokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task More_than_was_consented_to_is_not_given_and_a_wider_answer_is_not_lent()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent("orders.read"));
        (await house.RefusedAsync("write")).ShouldContain("invalid_scope");
        there.More = "admin";
        house.Clock.Advance(TimeSpan.FromSeconds(6));

        (await house.RefusedAsync("orders")).ShouldContain("has the scopes `admin`");

        there.Wire.Asked.ShouldNotContain("POST /revoke");
        house.Kept("idp/refresh").ShouldContain(there.RefreshTokens.Single());
    }

    [Fact]
    public async Task The_end_of_one_session_takes_nothing_from_those_that_share_the_grant()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent());
        var first = house.Session;
        await house.UseAsync("orders");
        house.Open();
        var other = await house.UseAsync("orders");

        house.Lender.Close(first);
        await house.PassAsync(() => house.Loans.Pending.Count == 0);

        there.Find(other).ShouldNotBeNull();
        there.Find(await house.UseAsync("write")).ShouldNotBeNull();
        there.Wire.Asked.ShouldNotContain("POST /revoke");
    }

    [Fact]
    public async Task What_a_person_revoked_while_it_was_used_stays_revoked_and_what_came_of_it_goes()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent());
        house.BeforeWrite = () => house.Vault.Revoke("idp/refresh", null);

        (await house.RefusedAsync("orders")).ShouldContain("was revoked or written anew while it was used");

        house.Kept("idp/refresh").ShouldBeEmpty();
        (there.RefreshTokens.Count, there.Tokens.Count).ShouldBe((0, 0));
        house.BeforeWrite = null;
        house.Clock.Advance(TimeSpan.FromSeconds(6));
        (await house.RefusedAsync("orders")).ShouldContain("was revoked");
        house.Kept("idp/refresh").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_newer_sign_in_is_not_overwritten_by_what_came_of_the_one_before()
    {
        await using var there = await OwnOAuth.StartAsync();
        var (before, newer) = (there.Consent(), there.Consent());
        await using var house = OAuthHouse.OpenRefreshed(there, before);
        house.BeforeWrite = () => SignIn(house, newer);

        await house.RefusedAsync("orders");

        house.BeforeWrite = null;
        house.Kept("idp/refresh").ShouldContain(newer);
        there.RefreshTokens.ShouldBe([newer]);
        house.Clock.Advance(TimeSpan.FromSeconds(6));
        there.Find(await house.UseAsync("orders")).ShouldNotBeNull();
    }

    [Fact]
    public async Task What_could_not_be_written_gives_way_to_a_newer_sign_in()
    {
        await using var there = await OwnOAuth.StartAsync();
        var (before, newer) = (there.Consent(), there.Consent());
        await using var house = OAuthHouse.OpenRefreshed(there, before);
        house.IsVaultFull = true;
        await house.RefusedAsync("orders");
        house.IsVaultFull = false;
        SignIn(house, newer);
        house.Clock.Advance(TimeSpan.FromSeconds(2));

        there.Find(await house.UseAsync("orders")).ShouldNotBeNull();

        there.RefreshTokens.ShouldHaveSingleItem();
        house.Kept("idp/refresh").ShouldContain(there.RefreshTokens.Single());
    }

    [Theory]
    [InlineData("application/json", """{"refresh_token":"rt-next"}""")]
    [InlineData("application/json", """{"access_token":"a b","token_type":"bearer","refresh_token":"rt-next"}""")]
    [InlineData("application/json", """{"access_token":"a","token_type":"DPoP","refresh_token":"rt-next"}""")]
    [InlineData(
        "application/json",
        """{"access_token":"a","token_type":"bearer","scope":[1],"refresh_token":"rt-next"}"""
    )]
    [InlineData("text/plain", """{"access_token":"a","token_type":"bearer","refresh_token":"rt-next"}""")]
    public async Task Whatever_is_wrong_with_an_answer_its_refresh_token_is_kept(string type, string body)
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent());
        there.Wire.Instead = ("/token", type, body);

        await house.RefusedAsync("orders");

        house.Kept("idp/refresh").ShouldContain("rt-next");
    }

    [Theory]
    [InlineData("", "doesn't say its scopes")]
    [InlineData(",\"scope\":\"orders.read\"", "has no end that can be read")]
    [InlineData(",\"scope\":\"orders.read\",\"expires_in\":86400", "counts for 86400 seconds, and may for 7200")]
    public async Task What_an_answer_does_not_say_is_more_than_was_asked_for(string says, string expected)
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.OpenRefreshed(there, there.Consent());
        there.Wire.Instead = ("/token", "application/json", $$"""{"access_token":"a","token_type":"bearer"{{says}}}""");

        (await house.RefusedAsync("orders")).ShouldContain(expected);

        house.Log.ShouldContain(one => one.Contains("wider-credential"));
    }

    private static void SignIn(ProvidedHouse house, string token) =>
        house.Vault.Write(
            "idp/refresh",
            System.Text.Encoding.UTF8.GetBytes(token),
            house.Vault.TermsOf("idp/refresh")!,
            TimeSpan.Zero
        );
}
