using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Vault.Tests.Providers.Hashi;

namespace Bartizan.Vault.Tests.Providers.Attacks;

/// <summary>No lease stands there after recovery, whatever went wrong.</summary>
public sealed class ProviderFaultTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_lost_answer_leaves_no_account_behind_and_the_next_use_has_another()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.There.Lost = ("database/", 1);

        (await house.RefusedAsync("user")).ShouldContain("was lost");

        await house.GoneAsync();
        house.Clock.Advance(s_second);
        var user = await house.UseAsync("user");
        house.There.Accounts.ShouldBe([user]);
    }

    [Fact]
    public async Task A_lost_answer_to_a_login_has_nothing_hanging_on_it()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.There.Lost = ("auth/", 1);

        (await house.RefusedAsync("user")).ShouldContain("was lost");

        house.There.Tokens.Count.ShouldBe(1);
        house.Clock.Advance(s_second);
        await house.UseAsync("user");
        house.Lender.Close(house.Session);
        await house.GoneAsync();
        house.Clock.Advance(house.There.TokenTtl);
        house.There.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_answer_to_a_revocation_is_asked_again()
    {
        await using var house = await ProviderHouse.OpenAsync();
        await house.UseAsync("user");
        house.There.Lost = ("auth/token/revoke-self", 1);

        house.Lender.Close(house.Session);
        await house.Clock.WhenWaitedForAsync(TimeSpan.FromMilliseconds(250));
        house.Loans.Pending.Single().ShouldContain("isn't revoked yet: the answer of");
        house.Clock.Advance(s_second);

        await house.GoneAsync();
        house.Loans.Pending.ShouldBeEmpty();
        house.There.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_can_not_be_revoked_now_is_revoked_when_the_server_is_back()
    {
        await using var house = await ProviderHouse.OpenAsync();
        await house.UseAsync("user");
        house.There.IsSealed = true;

        house.Lender.Close(house.Session);
        await PassAsync(house, () => house.Loans.Pending.Count == 1);
        house.Loans.Pending.Single().ShouldContain("is sealed");
        house.All.Count.ShouldBe(1);
        house.There.IsSealed = false;

        await PassAsync(house, () => house.There.Accounts.Count == 0 && house.All.Count == 0);
        house.Log.ShouldContain(one => one.Contains("login not revoked yet"));
        house.Log.ShouldContain(one => one.Contains("login revoked"));
    }

    [Fact]
    public async Task After_a_crash_the_next_start_revokes_what_stands_in_the_book()
    {
        await using var house = await ProviderHouse.OpenAsync();
        await house.UseAsync("user");
        house.Crash();
        house.There.Accounts.Count.ShouldBe(1);

        house.Loans.Sweep();

        await house.GoneAsync();
        house.There.Asked.ShouldContain("POST auth/token/revoke-accessor");
        house.There.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task After_a_crash_in_the_middle_of_an_issue_nothing_stands_there()
    {
        await using var house = await ProviderHouse.OpenAsync();
        await house.UseAsync("key");
        (house.There.Lost, house.There.SealsWithLoss) = (("database/", 1), true);
        (await house.RefusedAsync("user")).ShouldContain("was lost");
        house.There.Accounts.Count.ShouldBe(1);
        house.Crash();
        house.There.IsSealed = false;

        house.Loans.Sweep();

        await house.GoneAsync();
    }

    [Fact]
    public async Task What_can_not_be_recorded_is_not_issued()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.IsBookFull = true;
        await Should.ThrowAsync<IOException>(() => house.UseAsync("user"));
        house.There.Tokens.ShouldBeEmpty();
        house.IsBookFull = false;
        await house.UseAsync("key");
        house.IsLogFull = true;

        await Should.ThrowAsync<IOException>(() => house.UseAsync("user"));

        house.There.Accounts.ShouldBeEmpty();
        house.There.Asked.ShouldNotContain("GET database/creds/reader");
    }

    [Fact]
    public async Task A_login_that_was_revoked_there_is_noticed_and_made_anew()
    {
        await using var house = await ProviderHouse.OpenAsync();
        var user = await house.UseAsync("user");
        house.There.RevokeAll();

        house.Clock.Advance(house.There.LeaseTtl / 2);

        await ProviderHouse.UntilAsync(() => house.There.Asked.Contains("POST sys/leases/renew"), "it renewed");
        house.Clock.Advance(house.There.TokenTtl / 2);
        await ProviderHouse.UntilAsync(() => house.All.Count == 0, "the login is known to be gone");
        (await house.UseAsync("user")).ShouldNotBe(user);
    }

    [Fact]
    public async Task A_standby_is_not_followed_and_the_place_it_names_is_shown_no_token()
    {
        await using var other = await OwnVault.StartAsync();
        await using var house = await ProviderHouse.OpenAsync();
        await house.UseAsync("key");
        house.There.Active = other.Url;
        var refused = house.RefusedAsync("user");

        await PassAsync(house, () => refused.IsCompleted);

        (await refused).ShouldContain($"sends to `{other.Url.Authority}`");
        other.Asked.ShouldBeEmpty();
        house.There.Active = null;
    }

    [Fact]
    public async Task A_quota_is_waited_for_as_the_server_says_and_not_for_ever()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.There.Quota = 2;
        var used = house.UseAsync("key");
        await PassAsync(house, () => used.IsCompleted);
        (await used).ShouldBe("second-value-of-the-model");

        (house.There.Quota, house.There.RetryAfter) = (9, "600");
        (await house.RefusedAsync("user")).ShouldContain("has too much to do");
        house.There.Quota.ShouldBe(8);
        (house.There.Quota, house.There.Behind) = (0, 2);
        house.Clock.Advance(s_second);
        used = house.UseAsync("user");
        await PassAsync(house, () => used.IsCompleted);
        house.There.Accounts.ShouldBe([await used]);
    }

    [Fact]
    public async Task A_policy_that_forbids_it_is_said_and_not_asked_again_at_once()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.There.Granted.Remove("database/creds/reader");

        (await house.RefusedAsync("user")).ShouldContain("forbids it: 1 error occurred:");
        var asked = house.There.Asked.Count;
        await house.RefusedAsync("user");
        await house.RefusedAsync("password");

        house.There.Asked.Count.ShouldBe(asked);
        house.There.Tokens.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("batch", "triage", "gives a batch token")]
    [InlineData("service", "root", "gives a root token")]
    public async Task A_login_that_can_do_too_much_or_can_not_be_revoked_is_not_used(
        string type,
        string policy,
        string says
    )
    {
        await using var house = await ProviderHouse.OpenAsync();
        (house.There.TokenType, house.There.Policy) = (type, policy);

        (await house.RefusedAsync("user")).ShouldContain(says);

        house.There.Accounts.ShouldBeEmpty();
        house.There.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_secret_id_goes_to_its_host_and_for_its_agent_alone()
    {
        await using var elsewhere = await OwnVault.StartAsync();
        await using var house = await ProviderHouse.OpenAsync(p => p with { Url = elsewhere.Url });

        (await house.RefusedAsync("key")).ShouldContain("isn't lent for requests to");

        elsewhere.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_login_itself_is_never_lent()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.Sources.Add(new("login", CredentialOrigin.Provider, "corp/auth/token/lookup-self#id"));
        house.Open();

        (await house.RefusedAsync("login")).ShouldContain("has no field `id`");
    }

    [Fact]
    public async Task A_session_that_ends_while_it_signs_in_leaves_nothing()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.There.Quota = 1;
        var used = house.UseAsync("user");
        await house.Clock.WhenWaitedForAsync(s_second);

        house.Lender.Close(house.Session);
        house.Clock.Advance(s_second);

        await Should.ThrowAsync<CredentialUnavailableException>(async () => await used);
        await house.GoneAsync();
        house.There.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_session_that_ends_while_something_is_issued_revokes_its_login_after_that_was_answered()
    {
        await using var house = await ProviderHouse.OpenAsync();
        await house.UseAsync("key");
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        house.There.Slow = ("database/", answer.Task);
        var used = house.UseAsync("user");
        await ProviderHouse.UntilAsync(() => house.There.Accounts.Count == 1, "it was issued");

        house.Lender.Close(house.Session);
        await Task.Delay(90);
        house.There.Asked.ShouldNotContain("POST auth/token/revoke-self");
        answer.SetResult();

        await Should.ThrowAsync<CredentialUnavailableException>(async () => await used);
        await house.GoneAsync();
        house.There.Tokens.ShouldBeEmpty();
        house.There.Asked.Count(one => one == "POST auth/approle/login").ShouldBe(1);
    }

    // Lets the clock go until something holds.
    private static Task PassAsync(ProviderHouse house, Func<bool> holds) =>
        ProviderHouse.UntilAsync(
            () =>
            {
                house.Clock.Advance(TimeSpan.FromMilliseconds(100));
                return holds();
            },
            "it went on"
        );
}
