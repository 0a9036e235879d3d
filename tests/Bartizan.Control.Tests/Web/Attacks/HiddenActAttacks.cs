using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Bartizan.Core.Enforcement;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>What somebody did or tried, and would like the log not to say.</summary>
public sealed class HiddenActAttacks
{
    private const string Victim = "victim@example.com";

    [Theory]
    [InlineData(PeopleVerb.Setup, "approver@example.com", "Setup approver@example.com")]
    [InlineData(PeopleVerb.Role, "mallory@example.com", "Role mallory@example.com")]
    [InlineData(PeopleVerb.BreakGlass, "mallory@example.com", "BreakGlass mallory@example.com")]
    [InlineData(PeopleVerb.Remove, "nobody\u202e@example.com", "Remove nobody\\u202e@example.com")]
    public async Task What_an_administrator_tried_and_was_refused_is_an_entry(
        PeopleVerb verb,
        string person,
        string expected
    )
    {
        await using var scene = await WebScene.OpenAsync();
        await scene.AddAsync("approver@example.com", Grant.OfEverything(Role.Approver));
        var browser = await scene.AddAndEnterAsync("mallory@example.com", Grant.OfEverything(Role.Administrator));
        var before = scene.Journal.Entries.Length;

        using var response = await scene.PostAsync(
            "/v1/people",
            new PeopleRequest { Verb = verb, Person = person },
            browser
        );

        ((int)response.StatusCode).ShouldBe(422);
        scene.Journal.Entries.Length.ShouldBe(before + 2);
        var (asked, refused) = (scene.Journal.Entries[^2], scene.Journal.Entries[^1]);
        asked.Detail.ShouldBe("asked: /v1/people");
        asked.Target.ShouldBe(expected);
        refused.Effect.ShouldBe(Effect.Deny);
        refused.Person.ShouldBe("mallory@example.com");
        refused.Target.ShouldBe(expected);
        refused.Detail.ShouldBe("/v1/people");
        refused.Reason!.ShouldContain(browser.Session);
    }

    [Fact]
    public async Task What_was_asked_says_of_which_session_token_and_ask()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        scene.Shown.Ask("a1", "support");
        var browser = await scene.AddAndEnterAsync(
            "alice@example.com",
            Grant.OfEverything(Role.Operator),
            Grant.OfEverything(Role.Approver)
        );
        foreach (
            var (path, body, target) in ((string, object, string)[])
                [
                    ("/v1/sessions/kill", new SwitchRequest { Session = "s1" }, "s1 of support"),
                    ("/v1/sessions/pause", new SwitchRequest { All = true }, "all of *"),
                    ("/v1/sessions/clear-label", new LabelsRequest { Session = "s1" }, "s1 of support"),
                    (
                        "/v1/approvals/answer",
                        new Client.Approvals.AnswerRequest { Id = "a1", Digest = "d" },
                        "a1 of support"
                    ),
                    ("/v1/tokens", new TokensRequest { Revoke = "none" }, "revoke none"),
                    ("/v1/tokens", new TokensRequest { Label = "a label" }, "make a label"),
                ]
        )
        {
            using var response = await scene.PostAsync(path, body, browser);
            scene
                .Journal.Entries.Last(one => one.Detail == $"asked: {path}")
                .Target!.ShouldBe(target, $"{path}: {response.StatusCode}");
        }
    }

    [Fact]
    public async Task A_long_list_of_roles_doesnt_hide_the_one_that_matters()
    {
        await using var scene = await WebScene.OpenAsync();
        await scene.AddAsync(Victim, Grant.OfEverything(Role.Viewer));
        var browser = await scene.AddAndEnterAsync("mallory@example.com", Grant.OfEverything(Role.Administrator));
        using var response = await scene.PostAsync(
            "/v1/people",
            new PeopleRequest
            {
                Verb = PeopleVerb.Role,
                Person = Victim,
                Grants = Hiding("administrator"),
                Why = new string('w', PeopleDesk.MaxWhy),
            },
            browser
        );
        response.IsSuccessStatusCode.ShouldBeTrue();

        var entry = scene.Journal.Entries.Single(one => one.Detail == "roles changed");

        entry.Reason!.ShouldContain("(passphrase): administrator *, viewer (");
        entry.Reason!.ShouldContain("before: viewer *.");
    }

    [Fact]
    public async Task Nor_does_a_tokens()
    {
        await using var scene = await WebScene.OpenAsync();
        await scene.AddAsync(Victim, Grant.OfEverything(Role.Administrator));
        await scene.Tokens.AnswerAsync(
            new TokensRequest
            {
                Person = Victim,
                Label = "one",
                Grants = Hiding("operator"),
            },
            Caller.OfOwner("owner")
        );

        var entry = scene.Journal.Entries.Single(one => one.Detail == "token made");

        entry.Reason!.ShouldContain("30 days: operator *, viewer (");
    }

    [Fact]
    public async Task Strangers_dont_hide_what_somebody_inside_was_refused()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        var bob = await scene.AddAndEnterAsync("bob@example.com", Grant.OfEverything(Role.Viewer));
        for (var more = 0; more < AdminLog.MaxBurst * 2; more++)
        {
            await scene.Log.RefusedAsync("alice@example.com", "from 192.0.2.1", "sign-in", null, "wrong");
            await RefusedAsync(scene, bob);
        }

        await RefusedAsync(scene, alice);

        var theirs = scene.Journal.Entries.Where(one => one.Detail == "/v1/people").ToList();
        theirs.Count(one => one.Person == "bob@example.com").ShouldBe(AdminLog.MaxBurst);
        theirs[^1].Person.ShouldBe("alice@example.com");
        scene.Clock.Advance(TimeSpan.FromMinutes(1));
        await RefusedAsync(scene, bob);
        scene
            .Journal.Entries.Where(one => one.Person == "bob@example.com" && one.Effect == Effect.Deny)
            .Sum(one => one.Count)
            .ShouldBe((AdminLog.MaxBurst * 2) + 1);
    }

    [Fact]
    public async Task People_whom_a_provider_made_up_have_one_share_of_refusals_together()
    {
        await using var scene = await WebScene.OpenAsync();
        for (var one = 0; one < AdminLog.MaxBurst * 2; one++)
        {
            var entered = await scene.SignIns.AdmitAsync($"oidc:{one}", "openid", "192.0.2.1", () => []);
            await RefusedAsync(scene, new Browser(entered.Cookie!, entered.Session!.Form, entered.Session.Id));
        }

        scene.Journal.Entries.Count(one => one.Detail == "/v1/people").ShouldBe(AdminLog.MaxBurst);
    }

    private static async Task RefusedAsync(WebScene scene, Browser browser)
    {
        using var response = await scene.PostAsync(
            "/v1/people",
            new PeopleRequest { Verb = PeopleVerb.Remove, Person = Victim },
            browser
        );
        ((int)response.StatusCode).ShouldBe(403);
    }

    private static List<GrantLine> Hiding(string role) =>
        [
            .. Enumerable
                .Range(0, Grant.MaxGrants - 1)
                .Select(one => new GrantLine("viewer", [new string('a', 100) + one]))
                .SelectMany(
                    (line, at) => at == Grant.MaxGrants / 2 ? [new GrantLine(role, ["*"]), line] : (GrantLine[])[line]
                ),
        ];
}
