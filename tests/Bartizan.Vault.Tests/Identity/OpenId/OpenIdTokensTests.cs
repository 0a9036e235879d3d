using Bartizan.Core.Identity;
using Bartizan.Core.Tests.Identity;
using Bartizan.Vault.Identity.OpenId;

namespace Bartizan.Vault.Tests.Identity.OpenId;

public sealed class OpenIdTokensTests
{
    [Fact]
    public async Task A_token_is_verified_by_keys_that_are_found_and_kept()
    {
        await using var provider = await OwnProvider.StartAsync();

        for (var i = 0; i < 20; i++)
        {
            (await provider.VerifyAsync()).Why.ShouldBeEmpty();
        }

        provider.Asked(OwnProvider.Document).ShouldBe(1);
        provider.Asked(OwnProvider.KeySet).ShouldBe(1);
    }

    [Fact]
    public async Task An_issuer_with_a_path_has_its_document_below_it()
    {
        await using var provider = await OwnProvider.StartAsync("/tenants/a");

        (await provider.VerifyAsync()).Why.ShouldBeEmpty();
        provider.Asked("/tenants/a" + OwnProvider.Document).ShouldBe(1);
    }

    [Fact]
    public async Task What_a_code_flow_needs_is_found()
    {
        await using var provider = await OwnProvider.StartAsync();

        var said = await provider.Tokens.DiscoverAsync(provider.Issuer, default);

        said.Authorization!.AbsolutePath.ShouldBe("/authorize");
        said.Token!.AbsolutePath.ShouldBe("/token");
        said.EndSession!.AbsolutePath.ShouldBe("/logout");
        said.CodeChallengeMethods.ShouldBe(["S256"]);
        said.NamesItself.ShouldBeTrue();
    }

    [Fact]
    public async Task A_rotated_key_is_found_when_a_token_names_it()
    {
        await using var provider = await OwnProvider.StartAsync();
        (await provider.VerifyAsync()).IsGood.ShouldBeTrue();
        using var next = new TokenForge();
        var key = next.CurveKey();
        key["kid"] = "next";
        provider.Publish(key);
        provider.Clock.Advance(OpenIdServer.Between);

        (await provider.VerifyAsync(provider.Token("next", next))).Why.ShouldBeEmpty();
        (await provider.VerifyAsync()).Fault.ShouldBe(TokenFault.UnknownKey, "the one before is withdrawn");
        provider.Asked(OwnProvider.KeySet).ShouldBe(2);
    }

    [Fact]
    public async Task A_withdrawn_key_is_good_for_ten_minutes_at_most()
    {
        await using var provider = await OwnProvider.StartAsync();
        (await provider.VerifyAsync()).IsGood.ShouldBeTrue();
        provider.Publish(provider.Forge.RsaKey());
        provider.Clock.Advance(OpenIdServer.FreshFor);

        (await provider.VerifyAsync()).Fault.ShouldBe(TokenFault.UnknownKey, "the first after a quiet time, too");
    }

    [Fact]
    public async Task Where_callers_are_many_none_waits_for_its_provider()
    {
        await using var provider = await OwnProvider.StartAsync();
        (await provider.VerifyAsync()).IsGood.ShouldBeTrue();
        using var go = new ManualResetEventSlim();
        provider.Instead = _ =>
        {
            go.Wait();
            return null;
        };
        provider.Clock.Advance(OpenIdServer.AskedFrom);

        (await provider.VerifyAsync()).IsGood.ShouldBeTrue("it is asked beside");

        go.Set();
        await EventuallyAsync(() => Task.FromResult(provider.Asked(OwnProvider.KeySet) == 2));
    }

    [Fact]
    public async Task What_was_heard_outlives_a_provider_that_is_down_for_an_hour_and_no_longer()
    {
        await using var provider = await OwnProvider.StartAsync();
        (await provider.VerifyAsync()).IsGood.ShouldBeTrue();
        provider.Instead = _ => new(503, "{}");

        provider.Clock.Advance(OpenIdServer.UsableFor - TimeSpan.FromSeconds(1));
        (await provider.VerifyAsync()).Why.ShouldBeEmpty();

        provider.Clock.Advance(TimeSpan.FromSeconds(1));
        var verdict = await provider.VerifyAsync();
        verdict.Fault.ShouldBe(TokenFault.Unavailable);
        verdict.Why.ShouldContain("503");
    }

    [Fact]
    public async Task A_provider_that_comes_back_is_asked_again()
    {
        await using var provider = await OwnProvider.StartAsync();
        provider.Instead = _ => new(500, "{}");
        (await provider.VerifyAsync()).Fault.ShouldBe(TokenFault.Unavailable);
        (await provider.VerifyAsync()).Fault.ShouldBe(TokenFault.Unavailable);
        provider.Asked(OwnProvider.Document).ShouldBe(1, "nobody asks at once again");

        provider.Instead = null;
        provider.Clock.Advance(OpenIdServer.Between);
        (await provider.VerifyAsync()).Why.ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_hangs_up_ends_their_wait_and_not_the_question()
    {
        await using var provider = await OwnProvider.StartAsync();
        var (arrived, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        provider.Instead = _ =>
        {
            arrived.TrySetResult();
            go.Task.GetAwaiter().GetResult();
            return null;
        };
        using var hung = new CancellationTokenSource();
        var first = provider
            .Tokens.VerifyAsync(provider.Issuer, TokenForge.Expected, provider.Token(), hung.Token)
            .AsTask();
        await arrived.Task;
        var second = provider.VerifyAsync();

        await hung.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        go.SetResult();

        (await second).Why.ShouldBeEmpty();
        provider.Asked(OwnProvider.Document).ShouldBe(1);
    }

    // What is asked beside comes back when it does.
    private static async Task EventuallyAsync(Func<Task<bool>> holds)
    {
        while (!await holds())
        {
            await Task.Yield();
        }
    }
}
