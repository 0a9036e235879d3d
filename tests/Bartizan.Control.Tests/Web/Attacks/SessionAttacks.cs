using System.Net;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Bartizan.Control.Web;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Sessions that should be over, or were never one's own.</summary>
public sealed class SessionAttacks
{
    [Fact]
    public async Task A_name_that_was_known_before_signing_in_isnt_the_one_after()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        var mallory = await scene.AddAndEnterAsync("mallory@example.com");
        using var response = await scene.PostAsync("/v1/enter", scene.Typed(alice), mallory);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        WebScene.Cookie(response).ShouldNotBe(mallory.Cookie);
        using var planted = await scene.GetAsync("/v1/me", mallory);
        planted.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("AAAA")]
    [InlineData("")]
    [InlineData("../../etc/passwd")]
    public async Task A_made_up_name_is_nobodys(string cookie)
    {
        await using var scene = await WebScene.OpenAsync();
        using var response = await scene.GetAsync("/v1/me", new Browser(cookie, "", ""));
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task The_id_that_is_listed_opens_nothing()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com");
        using var response = await scene.GetAsync("/v1/me", browser with { Cookie = browser.Session });
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_unused_session_ends_and_a_used_one_ends_too()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var idle = await scene.EnterAsync(alice);
        scene.Clock.Advance(TimeSpan.FromMinutes(29));
        await ExpectAsync(scene, idle, HttpStatusCode.OK);
        scene.Clock.Advance(TimeSpan.FromMinutes(30));
        await ExpectAsync(scene, idle, HttpStatusCode.Unauthorized);
        var used = await scene.EnterAsync(alice);
        for (var minutes = 0; minutes < 12 * 60; minutes += 20)
        {
            await ExpectAsync(scene, used, HttpStatusCode.OK);
            scene.Clock.Advance(TimeSpan.FromMinutes(20));
        }

        await ExpectAsync(scene, used, HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("/v1/events", null)]
    [InlineData("/v1/status", "empty")]
    [InlineData("/v1/sessions/s1/timeline?after=3", "empty")]
    [InlineData("/v1/me", "script")]
    public async Task An_open_page_keeps_nobody_signed_in(string path, string? destination)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        HttpStatusCode status;
        var minutes = 0;
        do
        {
            scene.Clock.Advance(TimeSpan.FromMinutes(1));
            minutes++;
            using var response = await scene.SendAsync(
                HttpMethod.Get,
                path,
                null,
                request =>
                {
                    request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}");
                    if (destination is not null)
                    {
                        request.Headers.Add("Sec-Fetch-Site", "same-origin");
                        request.Headers.Add("Sec-Fetch-Dest", destination);
                    }
                }
            );
            status = response.StatusCode;
        } while (status == HttpStatusCode.OK && minutes < 60);

        (status, minutes).ShouldBe((HttpStatusCode.Unauthorized, 30));
    }

    [Fact]
    public async Task What_the_console_asks_by_itself_keeps_nobody_signed_in_and_what_a_person_opens_does()
    {
        await using var scene = await WebScene.OpenAsync();
        using var inner = scene.Inner();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        async Task<HttpStatusCode> AskAsync(HttpClient? from, string? destination)
        {
            scene.Clock.Advance(TimeSpan.FromMinutes(20));
            using var response = await scene.SendAsync(
                HttpMethod.Get,
                "/v1/me",
                null,
                request =>
                {
                    request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}");
                    request.Headers.Add("Sec-Fetch-Site", "none");
                    request.Headers.Add("Sec-Fetch-Dest", destination);
                },
                from
            );
            return response.StatusCode;
        }

        (await AskAsync(null, "document")).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(null, "document")).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(inner, "document")).ShouldBe(HttpStatusCode.OK);
        (await AskAsync(inner, "document")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_removed_persons_session_is_over_at_once_and_a_new_account_of_that_name_doesnt_revive_it()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        await OwnerAsync(scene, PeopleVerb.Remove, "alice@example.com");
        await ExpectAsync(scene, browser, HttpStatusCode.Unauthorized);
        await scene.AddAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        await ExpectAsync(scene, browser, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_changed_role_holds_for_the_next_request()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Operator));
        await OwnerAsync(scene, PeopleVerb.Role, "alice@example.com", new GrantLine("viewer", ["*"]));
        using var response = await scene.PostAsync("/v1/sessions/kill", new SwitchRequest { Session = "s1" }, browser);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        scene.Shown.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_account_that_is_set_up_anew_is_signed_out_everywhere()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var browser = await scene.EnterAsync(alice);
        var reply = await OwnerAsync(scene, PeopleVerb.Setup, "alice@example.com");
        await ExpectAsync(scene, browser, HttpStatusCode.Unauthorized);
        using var old = await scene.PostAsync("/v1/enter", scene.Typed(alice));
        old.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await scene.EnterAsync(await scene.SetUpAsync("alice@example.com", reply.Token!));
    }

    [Fact]
    public async Task Who_leaves_is_out_and_can_end_their_other_sign_ins_and_nobody_elses()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var (first, second) = (await scene.EnterAsync(alice), await scene.EnterAsync(alice));
        var bob = await scene.AddAndEnterAsync("bob@example.com");
        using var others = await scene.PostAsync("/v1/leave", new LeaveRequest { Session = first.Session }, bob);
        await ExpectAsync(scene, first, HttpStatusCode.OK);
        using var own = await scene.PostAsync("/v1/leave", new LeaveRequest { Session = first.Session }, second);
        await ExpectAsync(scene, first, HttpStatusCode.Unauthorized);
        await ExpectAsync(scene, second, HttpStatusCode.OK);
        using var out_ = await scene.PostAsync("/v1/leave", new LeaveRequest(), second);
        out_.Headers.GetValues("Set-Cookie").Single().ShouldContain("Max-Age=0");
        await ExpectAsync(scene, second, HttpStatusCode.Unauthorized);
        await ExpectAsync(scene, bob, HttpStatusCode.OK);
    }

    [Fact]
    public async Task One_person_has_few_sessions_and_the_oldest_ends()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync("alice@example.com");
        var first = await scene.EnterAsync(alice);
        for (var more = 0; more < PersonSessions.MaxOfPerson; more++)
        {
            await scene.EnterAsync(alice);
        }

        await ExpectAsync(scene, first, HttpStatusCode.Unauthorized);
        scene.Sessions.All("alice@example.com").Length.ShouldBe(PersonSessions.MaxOfPerson);
    }

    [Fact]
    public async Task Two_cookies_of_the_name_are_refused_whichever_is_good()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com");
        foreach (
            var cookies in (string[])
                [
                    $"{WebCookie.Session}=tossed; {WebCookie.Session}={browser.Cookie}",
                    $"{WebCookie.Session}={browser.Cookie}; {WebCookie.Session}=tossed",
                    $"{WebCookie.Session}={browser.Cookie};{WebCookie.Session}={browser.Cookie}",
                    $"{WebCookie.Session}={browser.Cookie}; __host-bartizan=x",
                ]
        )
        {
            using var response = await scene.SendAsync(
                HttpMethod.Get,
                "/v1/me",
                null,
                request => request.Headers.Add("Cookie", cookies)
            );
            response.StatusCode.ShouldBe(HttpStatusCode.BadRequest, cookies);
        }
    }

    [Fact]
    public async Task A_bomb_of_cookies_is_refused_and_nothing_else_suffers()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com");
        using var response = await scene.SendAsync(
            HttpMethod.Get,
            "/v1/me",
            null,
            request => request.Headers.Add("Cookie", $"bomb={new string('x', WebServer.MaxHeaderBytes)}")
        );
        response.StatusCode.ShouldBe(HttpStatusCode.RequestHeaderFieldsTooLarge);
        await ExpectAsync(scene, browser, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cookie_and_a_token_together_are_refused()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com");
        using var response = await scene.SendAsync(
            HttpMethod.Get,
            "/v1/me",
            null,
            request =>
            {
                request.Headers.Add("Cookie", $"{WebCookie.Session}={browser.Cookie}");
                request.Headers.Add("Authorization", "Bearer bzt_x");
            }
        );
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_clock_that_goes_back_revives_no_session()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com");
        scene.Clock.Advance(TimeSpan.FromMinutes(-5));
        await ExpectAsync(scene, browser, HttpStatusCode.Unauthorized);
    }

    private static async Task ExpectAsync(WebScene scene, Browser browser, HttpStatusCode status)
    {
        using var response = await scene.GetAsync("/v1/me", browser);
        response.StatusCode.ShouldBe(status);
    }

    internal static Task<PeopleReply> OwnerAsync(
        WebScene scene,
        PeopleVerb verb,
        string person,
        params GrantLine[] grants
    ) =>
        scene.People.AnswerAsync(
            new PeopleRequest
            {
                Verb = verb,
                Person = person,
                Grants = grants,
                Why = "a test",
            },
            Caller.OfOwner("owner")
        );
}
