using System.Net;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Bartizan.Core.Enforcement;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Who does what they may, again and again, until the log is full or others have no room.</summary>
public sealed class FloodAttacks
{
    private const int Many = 200;

    [Fact]
    public async Task What_changes_nothing_is_no_entry()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("mallory@example.com", Grant.OfEverything(Role.Administrator));
        var before = scene.Journal.Entries.Length;
        foreach (
            var (path, body) in ((string, object)[])
                [
                    ("/v1/tokens", new TokensRequest()),
                    ("/v1/leave", new LeaveRequest { Session = "none" }),
                    ("/v1/people", new PeopleRequest { Verb = PeopleVerb.List }),
                ]
        )
        {
            for (var more = 0; more < ActRate.MaxBurst + 1; more++)
            {
                using var response = await scene.PostAsync(path, body, browser);
                response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            }
        }

        scene.Journal.Entries.Length.ShouldBe(before);
    }

    [Fact]
    public async Task Who_does_more_than_people_do_is_slowed_and_nobody_else_nor_the_switch()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        var mallory = await scene.AddAndEnterAsync("mallory@example.com", Grant.OfEverything(Role.Operator));
        var alice = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Operator));
        var wrong = new TokensRequest { Label = "not a label" };
        var before = scene.Journal.Entries.Length;
        var answers = new List<int>();
        for (var more = 0; more < Many; more++)
        {
            using var response = await scene.PostAsync("/v1/tokens", wrong, mallory);
            answers.Add((int)response.StatusCode);
        }

        answers.ShouldBe([
            .. Enumerable.Repeat(422, ActRate.MaxBurst),
            .. Enumerable.Repeat(429, Many - ActRate.MaxBurst),
        ]);
        scene.Journal.Entries.Skip(before).Count(one => one.Effect == Effect.Allow).ShouldBe(ActRate.MaxBurst);
        scene.Journal.Entries.Length.ShouldBeLessThanOrEqualTo(before + ActRate.MaxBurst + AdminLog.MaxBurst);
        await ExpectAsync(scene, alice, "/v1/tokens", wrong, 422);
        await ExpectAsync(scene, mallory, "/v1/sessions/kill", new SwitchRequest { Session = "s1" }, 200);
        scene.Clock.Advance(TimeSpan.FromSeconds(1));
        await ExpectAsync(scene, mallory, "/v1/tokens", wrong, 422);
        await ExpectAsync(scene, mallory, "/v1/tokens", wrong, 429);
    }

    [Fact]
    public async Task Who_signs_in_again_and_again_at_their_provider_is_slowed()
    {
        await using var scene = await WebScene.OpenAsync();
        var entered = new List<Entered>();
        for (var more = 0; more < Many; more++)
        {
            entered.Add(await scene.SignIns.AdmitAsync("oidc:1", "openid", "192.0.2.1", () => []));
        }

        entered.Count(one => one.Session is not null).ShouldBe(ActRate.MaxBurst);
        entered[^1].Wait.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.Zero);
        scene.Journal.Entries.Length.ShouldBe(ActRate.MaxBurst);
        (await scene.SignIns.AdmitAsync("oidc:2", "openid", "192.0.2.1", () => [])).Session.ShouldNotBeNull();
    }

    [Fact]
    public async Task Leaving_ends_what_it_names_and_is_one_entry()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com");
        await ExpectAsync(scene, browser, "/v1/leave", new LeaveRequest { Session = browser.Session }, 200);
        var entry = scene.Journal.Entries[^1];
        entry.Detail.ShouldBe("sign-out");
        entry.Target.ShouldBe(browser.Session);
        await ExpectAsync(scene, browser, "/v1/leave", new LeaveRequest(), 401);
    }

    [Fact]
    public void As_much_as_people_do_is_never_slowed()
    {
        var clock = new Core.Tests.Enforcement.ManualClock();
        var rate = new ActRate(clock);
        for (var more = 0; more < Many; more++)
        {
            rate.Take("alice", Act.SwitchSessions).ShouldBe(TimeSpan.Zero);
            clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task ExpectAsync(WebScene scene, Browser browser, string path, object body, int status)
    {
        using var response = await scene.PostAsync(path, body, browser);
        ((int)response.StatusCode).ShouldBe(status, path);
    }
}
