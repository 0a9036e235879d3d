using System.Globalization;
using System.Net;
using Bartizan.Client.People;
using Bartizan.Control.People;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Who guesses names, passphrases and codes.</summary>
public sealed class GuessingAttacks
{
    [Fact]
    public async Task A_wrong_name_passphrase_or_code_are_answered_the_same()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        await scene.People.AnswerAsync(
            new PeopleRequest { Verb = PeopleVerb.Add, Person = "unset@example.com" },
            Caller.OfOwner("owner")
        );
        var good = scene.Typed(alice);
        List<string> answers = [];
        foreach (
            var wrong in (EnterRequest[])
                [
                    good with
                    {
                        Person = "nobody@example.com",
                    },
                    good with
                    {
                        Person = "not a name",
                    },
                    good with
                    {
                        Person = "unset@example.com",
                    },
                    good with
                    {
                        Passphrase = "wrong passphrase",
                    },
                    good with
                    {
                        Code = "000000",
                    },
                ]
        )
        {
            using var response = await scene.PostAsync("/v1/enter", wrong);
            answers.Add(
                $"{response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}"
            );
            scene.Clock.Advance(TimeSpan.FromMinutes(31));
        }

        answers.Distinct().ShouldHaveSingleItem().ShouldStartWith("Unauthorized");
    }

    [Fact]
    public async Task A_code_counts_once_even_at_the_same_time()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var typed = scene.Typed(alice);
        var responses = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => scene.PostAsync("/v1/enter", typed)));
        responses.Count(one => one.StatusCode == HttpStatusCode.OK).ShouldBe(1);
        foreach (var response in responses)
        {
            response.Dispose();
        }
    }

    [Fact]
    public async Task A_recovery_code_counts_once_and_says_so_in_the_log()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var typed = scene.Typed(alice) with { Code = alice.RecoveryCodes[3] };
        using var first = await scene.PostAsync("/v1/enter", typed);
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        scene.Journal.Entries[^1].Reason!.ShouldContain("recovery code");
        using var second = await scene.PostAsync("/v1/enter", typed);
        second.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        scene.Kept!.ShouldNotContain(alice.RecoveryCodes[4]);
        scene.Kept!.ShouldNotContain(alice.Passphrase);
    }

    [Fact]
    public async Task Guessing_from_one_address_is_slowed_more_and_more_before_anything_is_hashed()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var (tried, waits) = (0, new List<int>());
        for (var guess = 0; guess < 60; guess++)
        {
            using var response = await scene.PostAsync(
                "/v1/enter",
                scene.Typed(alice) with
                {
                    Person = $"person{guess}@example.com",
                }
            );
            scene.Clock.Advance(TimeSpan.FromSeconds(-30));
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                waits.Add(int.Parse(response.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture));
                scene.Clock.Advance(TimeSpan.FromSeconds(waits[^1]));
                continue;
            }

            tried++;
        }

        waits.ShouldBe(waits.Order());
        waits[^1].ShouldBe(15 * 60);
        tried.ShouldBeLessThanOrEqualTo(36);
    }

    [Fact]
    public async Task Guessing_at_one_person_doesnt_lock_them_out()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        await scene.EnterAsync(alice);
        for (var guess = 0; guess < 200; guess++)
        {
            scene.Throttle.Take("alice@example.com", $"198.51.100.{guess}");
        }

        scene.Throttle.Take("alice@example.com", "203.0.113.1").Wait.ShouldBeGreaterThan(TimeSpan.Zero);
        scene.Throttle.Take("alice@example.com", "203.0.113.1").Wait.ShouldBeLessThanOrEqualTo(TimeSpan.FromMinutes(1));
        await scene.EnterAsync(alice);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_network_that_takes_turn_after_turn_loses_its_own_and_not_everybodys(bool ofOneAccount)
    {
        const string Victim = "alice@example.com";
        await using var scene = await WebScene.OpenAsync();
        var guess = 0;
        TimeSpan Attack()
        {
            var account = ofOneAccount ? Victim : $"person{guess}@example.com";
            return scene.Throttle.Take(account, $"198.51.100.{guess++ % 250}").Wait;
        }

        while (Attack() == TimeSpan.Zero) { }
        var (second, taken, came) = (0, 0, false);
        for (; second < 120 && !came; second++)
        {
            scene.Clock.Advance(TimeSpan.FromSeconds(1));
            for (var more = 0; more < 20; more++)
            {
                taken += Attack() == TimeSpan.Zero ? 1 : 0;
            }

            came = scene.Throttle.Take(Victim, "203.0.113.1").Wait == TimeSpan.Zero;
        }

        came.ShouldBeTrue();
        second.ShouldBeLessThanOrEqualTo(20);
        taken.ShouldBeLessThanOrEqualTo(2);
    }

    [Fact]
    public async Task One_account_is_guessed_at_by_many_networks_no_faster_than_every_ten_seconds()
    {
        await using var scene = await WebScene.OpenAsync();
        var tried = 0;
        for (var second = 0; second < 600; second++)
        {
            for (var network = 0; network < 50; network++)
            {
                var wait = scene.Throttle.Take("alice@example.com", $"198.51.{network}.{second % 250}").Wait;
                tried += wait == TimeSpan.Zero ? 1 : 0;
            }

            scene.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        tried.ShouldBeLessThanOrEqualTo(10 + 60);
    }

    [Fact]
    public async Task Spraying_from_many_addresses_is_slowed_in_all()
    {
        await using var scene = await WebScene.OpenAsync();
        var tried = 0;
        for (var guess = 0; guess < 1000; guess++)
        {
            var wait = scene.Throttle.Take($"person{guess}@example.com", $"198.51.{guess / 250}.{guess % 250}").Wait;
            tried += wait == TimeSpan.Zero ? 1 : 0;
        }

        tried.ShouldBe(120);
        scene.Clock.Advance(TimeSpan.FromSeconds(1));
        scene.Throttle.Take("alice@example.com", "203.0.113.1").Wait.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("nonsense", "", true)]
    public void A_network_of_IPv6_is_one_place(string one, string other, bool isSame) =>
        (SignInThrottle.PlaceOf(one) == SignInThrottle.PlaceOf(other)).ShouldBe(isSame);

    [Fact]
    public async Task Attempts_at_once_are_no_way_around()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var typed = scene.Typed(alice);
        var responses = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(guess =>
                    scene.PostAsync(
                        "/v1/enter",
                        typed with
                        {
                            Code = guess.ToString("D6", CultureInfo.InvariantCulture),
                        }
                    )
                )
        );
        responses.Count(one => one.StatusCode == HttpStatusCode.Unauthorized).ShouldBeLessThanOrEqualTo(5);
        foreach (var response in responses)
        {
            response.Dispose();
        }
    }

    [Fact]
    public async Task Refusals_cant_fill_the_log_and_are_counted()
    {
        await using var scene = await WebScene.OpenAsync();
        for (var more = 0; more < 500; more++)
        {
            await scene.Log.RefusedAsync("mallory\u202e", "from 192.0.2.1", "sign-in", null, "wrong");
        }

        scene.Journal.Entries.Length.ShouldBeLessThanOrEqualTo(AdminLog.MaxBurst + 1);
        scene.Clock.Advance(TimeSpan.FromSeconds(10));
        await scene.Log.RefusedAsync("mallory", "from 192.0.2.1", "sign-in", null, "wrong");
        scene.Journal.Entries.Sum(one => one.Count).ShouldBe(501);
        scene.Journal.Entries.ShouldAllBe(one => one.Effect == Effect.Deny && !one.Person!.Contains('\u202e'));
    }

    [Fact]
    public async Task Guessing_is_a_finding()
    {
        await using var scene = await WebScene.OpenAsync();
        for (var guess = 0; guess < 40; guess++)
        {
            using var response = await scene.PostAsync(
                "/v1/enter",
                new EnterRequest
                {
                    Person = "alice@example.com",
                    Passphrase = "p",
                    Code = "1",
                }
            );
            scene.Clock.Advance(TimeSpan.FromMinutes(16));
        }

        scene.Journal.Of(EntryKind.Finding).ShouldHaveSingleItem().Detail.ShouldBe("sign-in-guessing medium 0.8");
    }

    [Fact]
    public async Task What_is_too_long_isnt_hashed()
    {
        await using var scene = await WebScene.OpenAsync();
        using var response = await scene.PostAsync(
            "/v1/enter",
            new EnterRequest
            {
                Person = "alice@example.com",
                Passphrase = new string('p', 5_000),
                Code = "1",
            }
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var huge = await scene.PostAsync(
            "/v1/enter",
            new EnterRequest
            {
                Person = "alice@example.com",
                Passphrase = new string('p', 100_000),
                Code = "1",
            }
        );
        ((int)huge.StatusCode).ShouldBe(413);
    }

    [Fact]
    public async Task Hashing_is_done_by_few_at_once_and_few_wait()
    {
        using var turns = new HashTurns();
        using var gate = new ManualResetEventSlim();
        var running = 0;
        var all = Enumerable
            .Range(0, 100)
            .Select(_ =>
                turns.RunAsync(
                    () =>
                    {
                        Interlocked.Increment(ref running);
                        gate.Wait(TestContext.Current.CancellationToken);
                        return true;
                    },
                    TestContext.Current.CancellationToken
                )
            )
            .ToList();
        all.Count(one => one.IsCompleted).ShouldBe(100 - HashTurns.MaxWaiting);
        gate.Set();
        var done = await Task.WhenAll(all);
        done.Count(one => one is true).ShouldBe(HashTurns.MaxWaiting);
        running.ShouldBe(HashTurns.MaxWaiting);
    }

    [Fact]
    public async Task A_setup_token_counts_once_for_its_account_and_for_a_day()
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Add, "alice@example.com");
        var other = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Add, "bob@example.com");
        foreach (
            var (person, token) in ((string, string)[])
                [("alice@example.com", other.Token!), ("alice@example.com", ""), ("nobody@example.com", reply.Token!)]
        )
        {
            using var response = await scene.PostAsync(
                "/v1/setup",
                new SetupRequest { Person = person, Token = token }
            );
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        }

        await scene.SetUpAsync("alice@example.com", reply.Token!);
        using var again = await scene.PostAsync(
            "/v1/setup",
            new SetupRequest { Person = "alice@example.com", Token = reply.Token! }
        );
        again.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        scene.Clock.Advance(TimeSpan.FromHours(24));
        using var late = await scene.PostAsync(
            "/v1/setup",
            new SetupRequest { Person = "bob@example.com", Token = other.Token! }
        );
        late.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("aaaaaaaaaaaaaaaaaaaa")]
    [InlineData("I am Alice and this is long")]
    public async Task A_weak_passphrase_isnt_taken_and_the_token_still_holds(string passphrase)
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Add, "alice@example.com");
        var secret = scene.Book.Find("alice@example.com")!.Secret;
        using var response = await scene.PostAsync(
            "/v1/setup",
            new SetupRequest
            {
                Person = "alice@example.com",
                Token = reply.Token!,
                Passphrase = passphrase,
                Code = Totp.CodeOf(secret, Totp.StepAt(scene.Clock.GetUtcNow())),
            }
        );
        ((int)response.StatusCode).ShouldBe(422);
        await scene.SetUpAsync("alice@example.com", reply.Token!);
    }
}
