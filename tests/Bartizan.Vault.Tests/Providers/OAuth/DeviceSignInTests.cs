using Bartizan.Core.Ports;
using Bartizan.Vault.Providers.OAuth;
using Bartizan.Vault.Tests.Providers.Hashi;

namespace Bartizan.Vault.Tests.Providers.OAuth;

/// <summary>A person's sign-in on another device (RFC 8628).</summary>
public sealed class DeviceSignInTests
{
    private static readonly TimeSpan s_pace = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_person_signs_in_and_what_comes_of_it_is_a_refresh_token()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.Polls.Enqueue("authorization_pending");
        using var signIn = await BeginAsync(house, "orders.read");

        (signIn.UserCode, signIn.Address.AbsolutePath).ShouldBe(("WDJB-MJHT", "/verify"));
        signIn.Complete!.Query.ShouldBe("?user_code=WDJB-MJHT");
        var waited = signIn.WaitAsync(default);
        await house.PassAsync(() => waited.IsCompleted);

        using var refresh = await waited;
        refresh.Use(value => there.RefreshTokens.Single().ShouldBe(value.ToString()));
        there.Forms.ShouldContain(one => one.Contains("scope=orders.read"));
        there.Wire.Asked.Count(one => one == "POST /token").ShouldBe(2);
    }

    [Fact]
    public async Task It_asks_no_faster_than_it_is_told()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.Polls.Enqueue("slow_down");
        using var signIn = await BeginAsync(house, "orders.read");
        var waited = signIn.WaitAsync(default);

        await house.Clock.WhenWaitedForAsync(s_pace);
        house.Clock.Advance(s_pace);
        await house.Clock.WhenWaitedForAsync(s_pace * 2);
        house.Clock.Advance(s_pace);
        there.Wire.Asked.Count(one => one == "POST /token").ShouldBe(1);
        house.Clock.Advance(s_pace);

        using var refresh = await waited;
        there.Wire.Asked.Count(one => one == "POST /token").ShouldBe(2);
    }

    [Theory]
    [InlineData("access_denied", "was told no")]
    [InlineData("expired_token", "nobody signed in in time")]
    [InlineData("invalid_client", "refused it (400): invalid_client")]
    public async Task A_no_ends_it(string word, string expected)
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        there.Polls.Enqueue(word);
        using var signIn = await BeginAsync(house, "orders.read");
        var waited = signIn.WaitAsync(default);
        await house.PassAsync(() => waited.IsCompleted);

        (await Should.ThrowAsync<CredentialUnavailableException>(async () => await waited)).Message.ShouldContain(
            expected
        );
        there.RefreshTokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_is_waited_for_longer_than_the_code_lasts()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.DeviceTtl = TimeSpan.FromSeconds(20);
        await using var house = OAuthHouse.Open(there);
        Enumerable.Range(0, 9).ToList().ForEach(_ => there.Polls.Enqueue("authorization_pending"));
        using var signIn = await BeginAsync(house, "orders.read");
        var waited = signIn.WaitAsync(default);
        await house.PassAsync(() => waited.IsCompleted);

        (await Should.ThrowAsync<CredentialUnavailableException>(async () => await waited)).Message.ShouldContain(
            "nobody signed in in time"
        );
        there.Polls.Count.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task More_than_was_asked_for_is_not_kept()
    {
        await using var there = await OwnOAuth.StartAsync();
        there.More = "admin";
        await using var house = OAuthHouse.Open(there);
        using var signIn = await BeginAsync(house, "orders.read");
        var waited = signIn.WaitAsync(default);
        await house.PassAsync(() => waited.IsCompleted);

        (await Should.ThrowAsync<CredentialUnavailableException>(async () => await waited)).Message.ShouldContain(
            "has the scopes `admin`"
        );
    }

    [Fact]
    public async Task A_server_that_is_away_for_a_while_is_asked_more_slowly()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        using var signIn = await BeginAsync(house, "orders.read");
        there.Wire.IsAway = true;
        var waited = signIn.WaitAsync(default);
        await house.PassAsync(() => there.Wire.Asked.Count(one => one == "POST /token") >= 3);
        there.Wire.IsAway = false;
        await house.PassAsync(() => waited.IsCompleted);

        (await waited).Dispose();
    }

    [Fact]
    public async Task A_question_that_is_under_way_is_not_cancelled_and_what_it_brings_is_not_lost()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var gate = new TaskCompletionSource();
        there.Wire.Before = path => path == "/token" && came.TrySetResult() ? gate.Task : Task.CompletedTask;
        using var signIn = await BeginAsync(house, "orders.read");
        using var hangingUp = new CancellationTokenSource();
        var waited = signIn.WaitAsync(hangingUp.Token);
        await house.Clock.WhenWaitedForAsync(s_pace);
        house.Clock.Advance(s_pace);
        await came.Task.WaitAsync(s_soon, TestContext.Current.CancellationToken);

        await hangingUp.CancelAsync();
        gate.SetResult();

        using var refresh = await waited;
        refresh.Use(value => there.RefreshTokens.Single().ShouldBe(value.ToString()));
    }

    [Fact]
    public async Task Between_two_questions_it_is_cancelled_and_nothing_is_asked_any_more()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        using var signIn = await BeginAsync(house, "orders.read");
        using var hangingUp = new CancellationTokenSource();
        var waited = signIn.WaitAsync(hangingUp.Token);
        await house.Clock.WhenWaitedForAsync(s_pace);

        await hangingUp.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await waited);
        there.Wire.Asked.ShouldNotContain("POST /token");
        there.RefreshTokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_refresh_token_in_an_answer_of_another_kind_is_not_kept_and_revoked()
    {
        await using var there = await OwnOAuth.StartAsync();
        await using var house = OAuthHouse.Open(there);
        using var signIn = await BeginAsync(house, "orders.read");
        there.Wire.Instead = (
            "/token",
            "text/plain",
            """{"access_token":"at-1","token_type":"Bearer","refresh_token":"rt-of-another-kind"}"""
        );
        var waited = signIn.WaitAsync(default);
        await house.PassAsync(() => waited.IsCompleted);

        (await Should.ThrowAsync<CredentialUnavailableException>(async () => await waited)).Message.ShouldContain(
            "no object of JSON"
        );
        there.Wire.Asked.ShouldContain("POST /revoke");
        there.Forms.ShouldContain(one => one.Contains("token=rt-of-another-kind"));
    }

    private static Task<DeviceSignIn> BeginAsync(ProvidedHouse house, string scope) =>
        house.Loans.BeginSignInAsync(house.Session, house.Terms, scope, default);
}
