using System.Net;
using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.People;
using Bartizan.Control.People;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>An administrator who would like to say yes in somebody else's place: with an account that they set up themselves.</summary>
public sealed class SecondPersonAttacks
{
    private const string Admin = "admin@example.com";
    private const string Bob = "bob@example.com";

    private static readonly GrantLine s_approver = new("approver", ["*"]);
    private static readonly GrantLine s_viewer = new("viewer", ["*"]);

    [Fact]
    public async Task Who_takes_the_role_away_and_sets_the_account_up_doesnt_get_the_role_back()
    {
        await using var scene = await WebScene.OpenAsync();
        await scene.AddAsync(Bob, Grant.OfEverything(Role.Approver));
        var admin = await scene.AddAndEnterAsync(Admin, Grant.OfEverything(Role.Administrator));

        await DoneAsync(scene, admin, PeopleVerb.Role, s_viewer);
        var puppet = await SetUpAsync(scene, (await DoneAsync(scene, admin, PeopleVerb.Setup)).Token!);
        await RefusedAsync(scene, admin, PeopleVerb.Role, s_approver);

        await AnswersNothingAsync(scene, puppet);
    }

    [Fact]
    public async Task Who_makes_an_account_for_themselves_doesnt_get_the_role_for_it()
    {
        await using var scene = await WebScene.OpenAsync();
        var admin = await scene.AddAndEnterAsync(Admin, Grant.OfEverything(Role.Administrator));

        var puppet = await SetUpAsync(scene, (await DoneAsync(scene, admin, PeopleVerb.Add, s_viewer)).Token!);
        await RefusedAsync(scene, admin, PeopleVerb.Role, s_approver);

        await AnswersNothingAsync(scene, puppet);
    }

    [Fact]
    public async Task An_account_that_an_administrator_made_before_its_person_was_enrolled_is_no_approvers()
    {
        await using var scene = await WebScene.OpenAsync();
        var admin = await scene.AddAndEnterAsync(Admin, Grant.OfEverything(Role.Administrator));
        var puppet = await SetUpAsync(scene, (await DoneAsync(scene, admin, PeopleVerb.Add, s_viewer)).Token!);

        // The owner means the real one, and is told that the account may be somebody else's.
        scene.Enrolled.Add(Bob);
        var refused = await Should.ThrowAsync<ControlException>(() =>
            SessionAttacks.OwnerAsync(scene, PeopleVerb.Role, Bob, s_approver)
        );

        refused.Problem.Hint!.ShouldContain("bartizan people setup");
        var listed = await SessionAttacks.OwnerAsync(scene, PeopleVerb.List, Bob);
        listed.People.Where(one => one.ApprovesNothing).Select(one => one.Person).ShouldBe([Bob]);
        await AnswersNothingAsync(scene, puppet);
    }

    [Fact]
    public async Task Two_changes_at_once_make_no_approver_of_an_administrators_account()
    {
        await using var scene = await WebScene.OpenAsync();
        await scene.AddAsync(Bob, Grant.OfEverything(Role.Viewer));
        var admin = await scene.AddAndEnterAsync(Admin, Grant.OfEverything(Role.Administrator));
        string? token = null;
        scene.Journal.Before = async (entry, _) =>
        {
            if (entry.Detail == "roles changed")
            {
                scene.Journal.Before = null;
                token = (await DoneAsync(scene, admin, PeopleVerb.Setup)).Token;
            }
        };

        // The owner's word was checked against the account that there was; the administrator's comes between.
        await Should.ThrowAsync<ControlException>(() =>
            SessionAttacks.OwnerAsync(scene, PeopleVerb.Role, Bob, s_approver)
        );

        await AnswersNothingAsync(scene, await SetUpAsync(scene, token!));
    }

    [Fact]
    public async Task A_file_that_says_approver_of_an_administrators_account_makes_none()
    {
        await using var scene = await WebScene.OpenAsync();
        var admin = await scene.AddAndEnterAsync(Admin, Grant.OfEverything(Role.Administrator));
        var puppet = await SetUpAsync(scene, (await DoneAsync(scene, admin, PeopleVerb.Add, s_viewer)).Token!);
        scene.Book.TryChange(Bob, now => now with { Grants = [Grant.OfEverything(Role.Approver)] }).ShouldBeTrue();

        await AnswersNothingAsync(scene, puppet);
    }

    [Fact]
    public async Task An_administrator_makes_nobody_an_approver_and_no_approver_of_more_agents()
    {
        await using var scene = await WebScene.OpenAsync();
        await scene.AddAsync(Bob, new Grant(Role.Approver, ["support-*"]));
        var admin = await scene.AddAndEnterAsync(Admin, Grant.OfEverything(Role.Administrator));

        await RefusedAsync(scene, admin, PeopleVerb.Role, s_approver);
        await RefusedAsync(scene, admin, PeopleVerb.Role, new GrantLine("approver", ["billing"]));

        await DoneAsync(scene, admin, PeopleVerb.Role, new GrantLine("approver", ["support-eu"]), s_viewer);
        await DoneAsync(scene, admin, PeopleVerb.Role, s_viewer);
        await RefusedAsync(scene, admin, PeopleVerb.Role, new GrantLine("approver", ["support-eu"]));
        scene.Book.Find(Bob)!.Grants.ShouldBe([Grant.OfEverything(Role.Viewer)]);
    }

    [Fact]
    public async Task The_owner_sets_the_account_up_anew_and_then_its_person_approves()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Ask("a1", "support");
        var admin = await scene.AddAndEnterAsync(Admin, Grant.OfEverything(Role.Administrator));
        await SetUpAsync(scene, (await DoneAsync(scene, admin, PeopleVerb.Add, s_viewer)).Token!);

        var anew = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Setup, Bob);
        await SessionAttacks.OwnerAsync(scene, PeopleVerb.Role, Bob, s_approver);
        var bob = await SetUpAsync(scene, anew.Token!);

        using var response = await AnswerAsync(scene, bob);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<Browser> SetUpAsync(WebScene scene, string token) =>
        await scene.EnterAsync(await scene.SetUpAsync(Bob, token));

    private static async Task<PeopleReply> DoneAsync(
        WebScene scene,
        Browser admin,
        PeopleVerb verb,
        params GrantLine[] grants
    )
    {
        using var response = await AskAsync(scene, admin, verb, grants);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, verb.ToString());
        return await WebScene.ReadAsync<PeopleReply>(response);
    }

    private static async Task RefusedAsync(WebScene scene, Browser admin, PeopleVerb verb, params GrantLine[] grants)
    {
        using var response = await AskAsync(scene, admin, verb, grants);
        ((int)response.StatusCode).ShouldBe(422, verb.ToString());
    }

    private static Task<HttpResponseMessage> AskAsync(
        WebScene scene,
        Browser admin,
        PeopleVerb verb,
        GrantLine[] grants
    ) =>
        scene.PostAsync(
            "/v1/people",
            new PeopleRequest
            {
                Verb = verb,
                Person = Bob,
                Grants = grants,
            },
            admin
        );

    private static async Task AnswersNothingAsync(WebScene scene, Browser puppet)
    {
        scene.Shown.Ask("a1", "support");
        using var answer = await AnswerAsync(scene, puppet);
        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        using var asks = await scene.GetAsync("/v1/approvals", puppet);
        if (asks.StatusCode == HttpStatusCode.OK)
        {
            (await WebScene.ReadAsync<AsksReply>(asks)).Asks.ShouldBeEmpty();
        }

        scene.Shown.Done.ShouldBeEmpty();
    }

    private static Task<HttpResponseMessage> AnswerAsync(WebScene scene, Browser browser) =>
        scene.PostAsync(
            "/v1/approvals/answer",
            new AnswerRequest
            {
                Id = "a1",
                Digest = "d",
                Granted = true,
            },
            browser
        );
}
