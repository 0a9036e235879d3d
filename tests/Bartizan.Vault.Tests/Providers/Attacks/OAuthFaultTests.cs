using System.Text.Json;
using Bartizan.Core.Entries;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Tests.Providers.Hashi;
using Bartizan.Vault.Tests.Providers.OAuth;

namespace Bartizan.Vault.Tests.Providers.Attacks;

/// <summary>An OAuth server that is slow, lost, broken or bad, and an instance that is killed: no token is left that somebody could revoke.</summary>
public sealed class OAuthFaultTests
{
    [Fact]
    public async Task A_token_that_is_wider_than_was_asked_is_a_finding_and_is_revoked_and_not_lent()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.More = "admin";
        await using var house = OAuthHouse.Open(there);

        (await house.RefusedAsync("orders")).ShouldContain(
            "has the scopes `admin`, which `params: scope` doesn't name"
        );

        there.Tokens.ShouldBeEmpty();
        var finding = house.Entries.Single(one => one.Kind == EntryKind.Finding);
        finding.Detail.ShouldBe("wider-credential high 1");
        finding.Reason!.ShouldStartWith("`orders` isn't lent: ");
        finding.Session.ShouldBe(house.Session);
    }

    [Fact]
    public async Task A_token_that_lives_longer_than_the_manifest_says_is_one_too()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there, ttl: TimeSpan.FromMinutes(5));

        (await house.RefusedAsync("orders")).ShouldContain("counts for 600 seconds, and may for 300");

        there.Tokens.ShouldBeEmpty();
        house.Entries.ShouldContain(one => one.Kind == EntryKind.Finding);
    }

    [Fact]
    public async Task After_a_kill_the_next_start_revokes_what_stands_in_the_book()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");
        await house.UseAsync("write");
        house.Crash();
        there.Tokens.Count.ShouldBe(2);
        there.Wire.IsAway = true;

        house.Loans.Sweep();
        await house.PassAsync(() => house.Loans.Pending.Count == 2);
        house.Loans.Pending[0].ShouldContain("`token@");
        there.Wire.IsAway = false;

        await house.PassAsync(() => there.Tokens.Count == 0 && house.All.Count == 0);
    }

    [Fact]
    public async Task What_the_book_holds_opens_only_by_the_vault_and_for_its_own_record()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");
        await house.UseAsync("write");
        var (one, other) = (house.All.First(), house.All.Last());

        using (var opened = house.Vault.OpenAnchor(one))
        {
            opened.ShouldNotBeNull();
        }

        house.Vault.OpenAnchor(one with { Anchor = other.Anchor }).ShouldBeNull();
        house.Vault.OpenAnchor(one with { Anchor = "not a box" }).ShouldBeNull();
        house.Vault.Seal();
        house.Vault.OpenAnchor(one).ShouldBeNull();
        house.Vault.SealAnchor(one, new Secret("x")).ShouldBeNull();
    }

    [Fact]
    public async Task What_nobody_can_revoke_any_more_is_let_go_of_when_its_time_is_over()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");
        house.Crash();
        house.Vault.Seal();

        house.Loans.Sweep();
        await house.PassAsync(() => house.Loans.Pending.Count == 1);
        house.Loans.Pending.Single().ShouldContain("which isn't open, or has another key");
        house.Clock.Advance(TimeSpan.FromMinutes(12));

        await house.PassAsync(() => house.All.Count == 0);
        house.Log.ShouldContain(one => one.Contains("revoked: its time was over"));
    }

    [Fact]
    public async Task What_can_not_be_recorded_is_not_lent_and_is_revoked()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        house.IsBookFull = true;

        await Should.ThrowAsync<IOException>(() => house.UseAsync("orders"));

        there.Tokens.ShouldBeEmpty();
        house.IsBookFull = false;
        house.IsLogFull = true;
        await Should.ThrowAsync<IOException>(() => house.UseAsync("write"));
        there.Wire.Asked.Count(one => one == "POST /token").ShouldBe(1);
    }

    [Fact]
    public async Task A_lost_answer_is_said_and_the_next_use_has_another()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.Wire.Lost = ("/token", 1);

        (await house.RefusedAsync("orders")).ShouldContain("was lost");

        house.Clock.Advance(TimeSpan.FromSeconds(1));
        there.Find(await house.UseAsync("orders")).ShouldNotBeNull();
        house.Lender.Close(house.Session);
        await house.GoneAsync(() => there.Tokens.Count == 1);
        house.Clock.Advance(there.Ttl!.Value);
        there.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_answer_to_a_revocation_is_asked_again()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");
        there.Wire.Lost = ("/revoke", 2);

        house.Lender.Close(house.Session);

        await house.PassAsync(() => house.All.Count == 0);
        there.Wire.Asked.Count(one => one == "POST /revoke").ShouldBe(3);
        house.Log.ShouldContain(one => one.Contains("not revoked yet: the answer of"));
    }

    [Fact]
    public async Task A_quota_is_waited_for_as_the_server_says_and_not_for_ever()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.Wire.Quota = 2;
        var used = house.UseAsync("orders");
        await house.PassAsync(() => used.IsCompleted);
        there.Find(await used).ShouldNotBeNull();

        (there.Wire.Quota, there.Wire.RetryAfter) = (9, "600");
        (await house.RefusedAsync("write")).ShouldContain("has too much to do");
        there.Wire.Quota.ShouldBe(8);
    }

    [Theory]
    [InlineData("text/html", "<html>sign in</html>", "is no object of JSON")]
    [InlineData("text/plain", """{"access_token":"a","token_type":"bearer","expires_in":60}""", "is no object of JSON")]
    [InlineData(
        "application/json",
        """{"access_token":"a","access_token":"b","token_type":"bearer"}""",
        "is no object of JSON"
    )]
    [InlineData("application/json", """["a"]""", "is no object of JSON")]
    [InlineData(
        "application/json",
        """{"access_token":"a b","token_type":"bearer","expires_in":60}""",
        "gave no token that could be sent"
    )]
    [InlineData(
        "application/json",
        """{"access_token":"a\r\nX: y","token_type":"bearer"}""",
        "gave no token that could be sent"
    )]
    [InlineData(
        "application/json",
        """{"access_token":"a","token_type":"DPoP","expires_in":60}""",
        "isn't sent as a bearer's"
    )]
    [InlineData(
        "application/json",
        """{"access_token":"a","token_type":"bearer","scope":["all"]}""",
        "in a way that can't be read"
    )]
    public async Task An_answer_that_is_none_is_lent_to_nobody(string type, string body, string expected)
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.Wire.Instead = ("/token", type, body);

        (await house.RefusedAsync("orders")).ShouldContain(expected);
    }

    [Fact]
    public async Task An_answer_without_an_end_is_cut()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.Wire.Instead = ("/token", "application/json", new string(' ', (1 << 20) + 1));

        (await house.RefusedAsync("orders")).ShouldContain("was lost");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_its_place_sees_no_secret()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var other = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there, settings: ("endpoints.token", $"{there.Wire.Origin}/token"));
        there.Wire.Elsewhere = other.Wire.Url;

        (await house.RefusedAsync("orders")).ShouldContain("sends elsewhere, which isn't followed");

        other.Wire.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task Endpoints_of_another_issuer_or_on_another_server_are_not_asked()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.SaysIssuer = "https://evil.example";
        (await house.RefusedAsync("orders")).ShouldContain("says that it is another issuer");
        (there.SaysIssuer, there.RevokesAt) = (null, "https://evil.example/revoke");
        house.Clock.Advance(TimeSpan.FromSeconds(6));

        (await house.RefusedAsync("orders")).ShouldContain("has its `revocation_endpoint` on another server");

        there.Wire.Asked.ShouldNotContain("POST /token");
    }

    [Fact]
    public async Task An_error_that_repeats_the_secret_is_not_repeated()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.Repeats = true;
        await using var house = OAuthHouse.Open(there);
        house.Terms = house.Terms with { Settings = house.Terms.Settings.SetItem("auth.client", "wrong") };
        house.Open();

        var said = await house.RefusedAsync("orders");

        said.ShouldContain("invalid_client");
        said.ShouldContain("holds the secret that it was shown");
        said.ShouldNotContain(OwnOAuth.Secret);
    }

    [Fact]
    public async Task The_clients_secret_goes_to_its_host_alone()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var other = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        house.Terms = house.Terms with
        {
            Settings = house.Terms.Settings.Add("endpoints.token", $"{other.Wire.Origin}/token"),
        };
        house.Open();

        (await house.RefusedAsync("orders")).ShouldContain("isn't lent for requests to");

        other.Wire.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_secret_that_was_taken_away_issues_nothing_more()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");

        house.Vault.Revoke("idp/own", null);

        (await house.RefusedAsync("write")).ShouldContain("was revoked");
        house.Lender.Close(house.Session);
        await house.GoneAsync(() => there.Tokens.Count == 0);
    }

    [Fact]
    public async Task A_session_that_ends_while_a_token_is_issued_leaves_none()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("write");
        there.Wire.Quota = 1;
        var used = house.UseAsync("orders");
        await house.Clock.WhenWaitedForAsync(TimeSpan.FromSeconds(1));

        house.Lender.Close(house.Session);
        house.Clock.Advance(TimeSpan.FromSeconds(1));

        await Should.ThrowAsync<Exception>(async () => await used);
        await ProviderHouse.UntilAsync(() => there.Tokens.Count == 0 && house.All.Count == 0, "nothing is left");
    }

    [Theory]
    [InlineData("endpoints.revoke")]
    [InlineData("url")]
    [InlineData("ca")]
    [InlineData("credential")]
    public async Task Whoever_writes_the_book_does_not_have_a_token_sent_elsewhere(string what)
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var other = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        await house.UseAsync("orders");
        var record = house.All.Single();
        var read = JsonSerializer.Deserialize<ProviderRecord>(JsonSerializer.Serialize(record))!;
        using (var opened = house.Vault.OpenAnchor(read))
        {
            opened.ShouldNotBeNull("what the book has is what was sealed");
        }

        house.Remove(record);
        house.Add(
            what switch
            {
                "url" => record with { Url = other.Issuer },
                "ca" => record with { CertificateAuthority = "/tmp/other.pem" },
                "credential" => record with { Locator = "idp/refresh" },
                _ => record with
                {
                    Settings = record
                        .Settings!.Add("endpoints.token", $"{there.Wire.Origin}/token")
                        .Add("endpoints.revoke", $"{other.Wire.Origin}/revoke"),
                },
            }
        );
        house.Crash();

        house.Loans.Sweep();
        await house.PassAsync(() => house.Loans.Pending.Count == 1);

        house.Loans.Pending.Single().ShouldContain("sealed for another record");
        other.Wire.Asked.ShouldBeEmpty();
    }
}
