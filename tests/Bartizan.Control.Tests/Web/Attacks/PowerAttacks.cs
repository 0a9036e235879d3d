using System.Net;
using Bartizan.Client.Approvals;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Bartizan.Core.Entries;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Who has some power and wants more: roles, tokens, broken glass.</summary>
public sealed class PowerAttacks
{
    private static readonly GrantLine[] s_everything = [new("administrator", ["*"]), new("approver", ["*"])];

    [Theory]
    [InlineData(PeopleVerb.Role)]
    [InlineData(PeopleVerb.Setup)]
    [InlineData(PeopleVerb.Remove)]
    public async Task Nobody_changes_what_they_themselves_may_do(PeopleVerb verb)
    {
        await using var scene = await WebScene.OpenAsync();
        var admin = await scene.AddAndEnterAsync("admin@example.com", Grant.OfEverything(Role.Administrator));
        var before = scene.Book.Find("admin@example.com");
        using var response = await AskAsync(scene, admin, verb, "admin@example.com", s_everything);
        ((int)response.StatusCode).ShouldBe(422);
        scene.Book.Find("admin@example.com").ShouldBe(before);
    }

    [Theory]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Approver)]
    [InlineData(Role.Operator)]
    public async Task Who_doesnt_administer_changes_nobody(Role role)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(role));
        foreach (var verb in Enum.GetValues<PeopleVerb>())
        {
            using var response = await AskAsync(scene, browser, verb, "alice@example.com", s_everything);
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, verb.ToString());
        }

        scene.Book.Accounts.ShouldHaveSingleItem().Grants.ShouldBe([Grant.OfEverything(role)]);
    }

    [Fact]
    public async Task An_administrator_of_some_agents_changes_nobody()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("a@example.com", new Grant(Role.Administrator, ["support-*"]));
        using var response = await AskAsync(scene, browser, PeopleVerb.Add, "puppet@example.com", s_everything);
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task An_administrator_makes_no_second_person_of_their_own()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Enrolled.Add("enrolled@example.com");
        await scene.AddAsync("approver@example.com", Grant.OfEverything(Role.Approver));
        var admin = await scene.AddAndEnterAsync("admin@example.com", Grant.OfEverything(Role.Administrator));
        foreach (
            var (verb, person, grants) in ((PeopleVerb, string, GrantLine[])[])
                [
                    (PeopleVerb.Add, "puppet@example.com", [new GrantLine("approver", ["*"])]),
                    (PeopleVerb.Add, "enrolled@example.com", [new GrantLine("viewer", ["*"])]),
                    (PeopleVerb.Setup, "approver@example.com", []),
                    (PeopleVerb.BreakGlass, "puppet@example.com", []),
                ]
        )
        {
            using var response = await AskAsync(scene, admin, verb, person, grants);
            ((int)response.StatusCode).ShouldBe(422, $"{verb} {person}");
        }

        // Nor by taking the account away and making it again.
        await scene.AddAsync("enrolled@example.com");
        using var removed = await AskAsync(scene, admin, PeopleVerb.Remove, "enrolled@example.com");
        removed.StatusCode.ShouldBe(HttpStatusCode.OK);
        using var again = await AskAsync(scene, admin, PeopleVerb.Add, "enrolled@example.com");
        ((int)again.StatusCode).ShouldBe(422);
    }

    [Fact]
    public async Task An_administrator_answers_nothing()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Ask("a1", "support");
        var admin = await scene.AddAndEnterAsync("admin@example.com", Grant.OfEverything(Role.Administrator));
        using var response = await scene.PostAsync(
            "/v1/approvals/answer",
            new AnswerRequest
            {
                Id = "a1",
                Digest = "d",
                Granted = true,
            },
            admin
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        scene.Shown.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_of_asks_of_which_one_is_anothers_is_refused_whole()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Ask("a1", "support");
        scene.Shown.Ask("a2", "billing");
        var browser = await scene.AddAndEnterAsync("alice@example.com", new Grant(Role.Approver, ["support"]));
        using var response = await scene.PostAsync(
            "/v1/approvals/batch",
            new BatchRequest { Items = [new AskReference("a1", "d"), new AskReference("a2", "d")], List = "l" },
            browser
        );
        response.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        scene.Shown.Done.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_gives_what_it_says_and_no_more_than_its_person_has_at_that_time()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support-eu");
        scene.Shown.Run("s2", "billing");
        var browser = await scene.AddAndEnterAsync("alice@example.com", new Grant(Role.Operator, ["support-*"]));
        foreach (
            var wider in (GrantLine[])
                [
                    new("operator", ["*"]),
                    new("viewer", ["billing"]),
                    new("administrator", ["support-*"]),
                    new("approver", ["support-*"]),
                ]
        )
        {
            using var refused = await TokenAsync(scene, browser, wider);
            ((int)refused.StatusCode).ShouldBe(422, wider.ToString());
        }

        using var made = await TokenAsync(scene, browser, new GrantLine("viewer", ["support-eu"]));
        var text = (await WebScene.ReadAsync<TokensReply>(made)).Text!;
        text.ShouldStartWith("bzt_");
        scene.Kept!.ShouldNotContain(text);
        using var seen = await BearAsync(scene, HttpMethod.Get, "/v1/sessions", null, text);
        (await WebScene.ReadAsync<List<SessionSummary>>(seen)).Select(one => one.Session).ShouldBe(["s1"]);
        using var kill = await BearAsync(
            scene,
            HttpMethod.Post,
            "/v1/sessions/kill",
            new SwitchRequest { Session = "s1" },
            text
        );
        kill.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        await SessionAttacks.OwnerAsync(
            scene,
            PeopleVerb.Role,
            "alice@example.com",
            new GrantLine("viewer", ["billing"])
        );
        using var after = await BearAsync(scene, HttpMethod.Get, "/v1/sessions", null, text);
        after.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task A_token_makes_no_tokens_changes_no_people_and_answers_nothing()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Ask("a1", "support");
        var browser = await scene.AddAndEnterAsync(
            "alice@example.com",
            Grant.OfEverything(Role.Administrator),
            Grant.OfEverything(Role.Approver)
        );
        using var made = await scene.PostAsync(
            "/v1/tokens",
            new TokensRequest
            {
                Label = "all",
                Grants = s_everything,
                Code = scene.CodeOf("alice@example.com"),
            },
            browser
        );
        var text = (await WebScene.ReadAsync<TokensReply>(made)).Text!;
        foreach (
            var (path, body) in ((string, object)[])
                [
                    ("/v1/tokens", new TokensRequest { Label = "more", Grants = s_everything }),
                    ("/v1/people", new PeopleRequest { Verb = PeopleVerb.Add, Person = "puppet@example.com" }),
                    ("/v1/approvals/answer", new AnswerRequest { Id = "a1", Digest = "d" }),
                    ("/v1/leave", new LeaveRequest { All = true }),
                ]
        )
        {
            using var response = await BearAsync(scene, HttpMethod.Post, path, body, text);
            response.StatusCode.ShouldBe(HttpStatusCode.Forbidden, path);
        }
    }

    [Theory]
    [InlineData("expired")]
    [InlineData("revoked")]
    [InlineData("person removed")]
    [InlineData("person set up anew")]
    [InlineData("one letter off")]
    [InlineData("another scheme")]
    public async Task A_token_that_holds_no_more_or_never_did_opens_nothing(string how)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        using var made = await TokenAsync(scene, browser, new GrantLine("viewer", ["*"]));
        var reply = await WebScene.ReadAsync<TokensReply>(made);
        var (text, scheme) = (reply.Text!, "Bearer");
        using var good = await BearAsync(scene, HttpMethod.Get, "/v1/me", null, text);
        good.StatusCode.ShouldBe(HttpStatusCode.OK);
        switch (how)
        {
            case "expired":
                scene.Clock.Advance(TimeSpan.FromDays(30));
                break;
            case "revoked":
                using (await scene.PostAsync("/v1/tokens", new TokensRequest { Revoke = reply.Tokens[0].Id }, browser))
                { }
                break;
            case "person removed":
                await SessionAttacks.OwnerAsync(scene, PeopleVerb.Remove, "alice@example.com");
                await scene.AddAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
                break;
            case "person set up anew":
                var anew = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Setup, "alice@example.com");
                await scene.SetUpAsync("alice@example.com", anew.Token!);
                break;
            case "one letter off":
                text = text[..^10] + (text[^10] == 'a' ? 'b' : 'a') + text[^9..];
                break;
            default:
                scheme = "Basic";
                break;
        }

        using var response = await BearAsync(scene, HttpMethod.Get, "/v1/me", null, text, scheme);
        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_is_its_persons_to_see_and_revoke()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        var mallory = await scene.AddAndEnterAsync("mallory@example.com", Grant.OfEverything(Role.Administrator));
        using var made = await TokenAsync(scene, alice, new GrantLine("viewer", ["*"]));
        var id = (await WebScene.ReadAsync<TokensReply>(made)).Tokens[0].Id;
        foreach (
            var request in (TokensRequest[])
                [
                    new() { Revoke = id },
                    new() { Person = "alice@example.com" },
                    new()
                    {
                        Person = "alice@example.com",
                        Label = "hers",
                        Grants = [new GrantLine("viewer", ["*"])],
                        Code = scene.CodeOf("mallory@example.com"),
                    },
                ]
        )
        {
            using var response = await scene.PostAsync("/v1/tokens", request, mallory);
            ((int)response.StatusCode).ShouldBe(422);
        }

        scene.Book.Tokens.ShouldHaveSingleItem().Person.ShouldBe("alice@example.com");
    }

    [Fact]
    public async Task Broken_glass_is_loud_counts_once_and_is_over_after_an_hour()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.BreakGlass, "carol@example.com");
        using var first = await scene.PostAsync("/v1/break-glass", new BreakGlassRequest { Token = reply.Token! });
        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        var me = await WebScene.ReadAsync<MeReply>(first);
        me.How.ShouldBe("break-glass");
        var carol = new Browser(WebScene.Cookie(first), me.Form!, me.Session!);
        using var second = await scene.PostAsync("/v1/break-glass", new BreakGlassRequest { Token = reply.Token! });
        second.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        scene
            .Journal.Of(EntryKind.Finding)
            .ShouldHaveSingleItem()
            .Reason!.ShouldContain("carol@example.com broke the glass");
        scene.Journal.Entries.ShouldContain(one => one.Detail == "break-glass" && one.Reason!.Contains("a test"));
        using var told = await scene.GetAsync("/v1/me", alice);
        (await WebScene.ReadAsync<MeReply>(told)).Notices.ShouldHaveSingleItem().ShouldContain("a test");
        for (var minutes = 0; minutes < 60; minutes += 10)
        {
            using var people = await scene.GetAsync("/v1/people", carol);
            people.StatusCode.ShouldBe(HttpStatusCode.OK);
            scene.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        using var over = await scene.GetAsync("/v1/people", carol);
        over.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        scene.SignIns.Notices.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_token_that_breaks_the_glass_ends_soon_and_needs_a_reason()
    {
        await using var scene = await WebScene.OpenAsync();
        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.BreakGlass, "carol@example.com");
        scene.Clock.Advance(TimeSpan.FromMinutes(5));
        using var late = await scene.PostAsync("/v1/break-glass", new BreakGlassRequest { Token = reply.Token! });
        late.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        await Should.ThrowAsync<Client.ControlException>(() =>
            scene.People.AnswerAsync(
                new PeopleRequest { Verb = PeopleVerb.BreakGlass, Person = "carol@example.com" },
                Caller.OfOwner("owner")
            )
        );
    }

    [Fact]
    public void A_file_of_accounts_that_isnt_what_was_written_lets_nobody_in()
    {
        foreach (
            var text in (string[])
                [
                    "",
                    "{",
                    "null",
                    """{"Version":2}""",
                    """{"Version":1,"Owner":true}""",
                    """{"Version":1,"Version":1}""",
                    """{"Version":1,"Accounts":[{"Name":"root","Since":"2026-01-01T00:00:00Z"}]}""",
                ]
        )
        {
            Should.Throw<IOException>(() => new AccountBook(() => text, _ => { }), text);
        }
    }

    [Fact]
    public void What_cant_be_written_didnt_happen()
    {
        var book = new AccountBook(() => null, _ => throw new IOException("full"));
        Should.Throw<IOException>(() =>
            book.TryAdd(new Account { Name = "alice@example.com", Since = DateTimeOffset.UnixEpoch })
        );
        book.Accounts.ShouldBeEmpty();
    }

    private static Task<HttpResponseMessage> AskAsync(
        WebScene scene,
        Browser browser,
        PeopleVerb verb,
        string person,
        GrantLine[]? grants = null
    ) =>
        scene.PostAsync(
            "/v1/people",
            new PeopleRequest
            {
                Verb = verb,
                Person = person,
                Grants = grants ?? [],
                Why = "more",
            },
            browser
        );

    private static Task<HttpResponseMessage> TokenAsync(WebScene scene, Browser browser, GrantLine grant) =>
        scene.PostAsync(
            "/v1/tokens",
            new TokensRequest
            {
                Label = "one",
                Grants = [grant],
                Code = scene.CodeOf("alice@example.com"),
            },
            browser
        );

    private static Task<HttpResponseMessage> BearAsync(
        WebScene scene,
        HttpMethod method,
        string path,
        object? body,
        string text,
        string scheme = "Bearer"
    ) => scene.SendAsync(method, path, body, request => request.Headers.Add("Authorization", $"{scheme} {text}"));
}
