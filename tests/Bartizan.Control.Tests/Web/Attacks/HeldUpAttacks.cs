using System.Net;
using Bartizan.Client.People;
using Bartizan.Control.People;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Strangers who fail on purpose, so that others wait; and failures that somebody would like to be forgotten.</summary>
public sealed class HeldUpAttacks
{
    private const int Many = 40;
    private const string Here = "127.0.0.1";

    [Fact]
    public async Task Strangers_failures_dont_hold_the_glass_up()
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.BreakGlass, "carol@example.com");
        await FailAsync(scene);

        using var response = await scene.PostAsync("/v1/break-glass", new BreakGlassRequest { Token = reply.Token! });

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Strangers_failures_dont_keep_an_account_from_being_set_up()
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Add, "alice@example.com");
        await FailAsync(scene);

        await scene.SetUpAsync("alice@example.com", reply.Token!);
    }

    [Fact]
    public async Task Made_up_tokens_are_slowed_and_counted()
    {
        await using var scene = await WebScene.OpenAsync();
        await SessionAttacks.OwnerAsync(scene, PeopleVerb.BreakGlass, "carol@example.com");
        var waits = 0;
        for (var guess = 0; guess < Many; guess++)
        {
            using var response = await scene.PostAsync(
                "/v1/break-glass",
                new BreakGlassRequest { Token = RecoveryCode.Make() }
            );
            waits += response.StatusCode == HttpStatusCode.TooManyRequests ? 1 : 0;
        }

        waits.ShouldBeGreaterThan(Many / 2);
        scene.Throttle.Take("somebody@example.com", Here).Wait.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_that_sets_an_account_up_has_no_failures_forgotten(bool toTheEnd)
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Add, "mallory@example.com");
        for (var guess = 0; guess < Many; guess++)
        {
            scene.Throttle.Take("alice@example.com", Here);
        }

        if (toTheEnd)
        {
            await scene.SetUpAsync("mallory@example.com", reply.Token!);
        }
        else
        {
            using var step = await scene.PostAsync(
                "/v1/setup",
                new SetupRequest { Person = "mallory@example.com", Token = reply.Token! }
            );
            step.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        scene.Throttle.Take("alice@example.com", Here).Wait.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public async Task With_an_account_of_ones_own_one_guesses_no_faster_at_others()
    {
        await using var scene = await WebScene.OpenAsync();
        var mallory = await scene.AddAsync("mallory@example.com");
        var tried = 0;
        for (var round = 0; round < Many; round++)
        {
            // The code of the next half minute; the address may have to wait.
            var typed = scene.Typed(mallory);
            using var entered = await scene.PostAsync("/v1/enter", typed);
            for (var guess = 0; guess < 4; guess++)
            {
                tried += scene.Throttle.Take($"person{round}-{guess}@example.com", Here).Wait == TimeSpan.Zero ? 1 : 0;
            }
        }

        // Twenty minutes: the waits of one address double up to a quarter of an hour.
        tried.ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public async Task Who_mistypes_and_then_signs_in_holds_nobody_up_who_shares_the_address()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        for (var day = 0; day < Many; day++)
        {
            using (await scene.PostAsync("/v1/enter", scene.Typed(alice) with { Code = "000000" })) { }
            await scene.EnterAsync(alice);
        }

        scene.Throttle.Take("bob@example.com", Here).Wait.ShouldBe(TimeSpan.Zero);
    }

    // Names that are none, tokens that are made up, tokens for an account: whatever a stranger can get wrong.
    private static async Task FailAsync(WebScene scene)
    {
        var entry = new EnterRequest
        {
            Person = "no name",
            Passphrase = "p",
            Code = "1",
        };
        for (var guess = 0; guess < Many; guess++)
        {
            using (await scene.PostAsync("/v1/enter", entry)) { }
            using (await scene.PostAsync("/v1/break-glass", new BreakGlassRequest { Token = RecoveryCode.Make() })) { }
            using (
                await scene.PostAsync(
                    "/v1/setup",
                    new SetupRequest { Person = "alice@example.com", Token = RecoveryCode.Make() }
                )
            ) { }
        }
    }
}
