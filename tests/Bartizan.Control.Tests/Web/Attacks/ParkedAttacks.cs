using System.Net;
using Bartizan.Client.People;
using Bartizan.Client.Sessions;
using Bartizan.Control.People;
using Bartizan.Control.Web;
using Bartizan.Core.Enforcement;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>Requests that are begun while one may, and finished when one no longer may.</summary>
public sealed class ParkedAttacks
{
    private const string Mallory = "mallory@example.com";
    private const string Puppet = "puppet@example.com";
    private static readonly GrantLine s_viewer = new("viewer", ["*"]);

    private static readonly PeopleRequest s_puppet = new()
    {
        Verb = PeopleVerb.Add,
        Person = Puppet,
        Grants = [new GrantLine("administrator", ["*"])],
    };

    [Theory]
    [InlineData("removed")]
    [InlineData("role taken")]
    [InlineData("signed out")]
    [InlineData("set up anew")]
    [InlineData("left")]
    public async Task A_body_that_comes_when_its_sender_may_no_more_does_nothing(string lost)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync(Mallory, Grant.OfEverything(Role.Administrator));
        using var body = new HeldContent(s_puppet);
        var parked = scene.PostAsync("/v1/people", s_puppet, browser, body.HoldUp);
        await body.Asked;
        await LoseAsync(scene, lost, browser);
        body.Go();

        using var response = await parked;

        response.StatusCode.ShouldBe(lost == "role taken" ? HttpStatusCode.Forbidden : HttpStatusCode.Unauthorized);
        scene.Book.Find(Puppet).ShouldBeNull();
    }

    [Fact]
    public async Task A_request_that_waited_for_the_account_to_be_recovered_makes_no_token_of_it()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync("alice@example.com", Grant.OfEverything(Role.Viewer));
        var request = new TokensRequest
        {
            Label = "kept",
            Grants = [s_viewer],
            Code = scene.CodeOf("alice@example.com"),
        };
        using var body = new HeldContent(request);
        var parked = scene.PostAsync("/v1/tokens", request, browser, body.HoldUp);
        await body.Asked;
        var anew = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Setup, "alice@example.com");
        await scene.SetUpAsync("alice@example.com", anew.Token!);
        body.Go();

        using var response = await parked;

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        scene.Book.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_token_that_is_revoked_meanwhile_switches_nothing()
    {
        await using var scene = await WebScene.OpenAsync();
        scene.Shown.Run("s1", "support");
        await scene.AddAsync("alice@example.com", Grant.OfEverything(Role.Operator));
        var owner = Caller.OfOwner("owner");
        var made = await scene.Tokens.AnswerAsync(
            new TokensRequest
            {
                Person = "alice@example.com",
                Label = "one",
                Grants = [new GrantLine("operator", ["*"])],
            },
            owner
        );
        var request = new SwitchRequest { Session = "s1" };
        using var body = new HeldContent(request);
        var parked = scene.SendAsync(
            HttpMethod.Post,
            "/v1/sessions/kill",
            request,
            one =>
            {
                one.Headers.Add("Authorization", $"Bearer {made.Text}");
                body.HoldUp(one);
            }
        );
        await body.Asked;
        await scene.Tokens.AnswerAsync(new TokensRequest { Revoke = made.Tokens[0].Id }, owner);
        body.Go();

        using var response = await parked;

        response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        scene.Shown.Done.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/v1/people", true)]
    [InlineData("/v1/enter", false)]
    public async Task A_body_that_never_comes_is_waited_for_no_longer_than_others(string path, bool isKnown)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync(Mallory, Grant.OfEverything(Role.Administrator));
        using var body = new HeldContent(s_puppet);
        var parked = scene.PostAsync(path, s_puppet, isKnown ? browser : null, body.HoldUp);
        await body.Asked;
        scene.Clock.Advance(WebEndpoints.BodyWithin);

        body.Go();
        await Should.ThrowAsync<HttpRequestException>(() => parked);

        scene.Book.Find(Puppet).ShouldBeNull();
    }

    [Theory]
    [InlineData("asked: /v1/people", "role taken")]
    [InlineData("asked: /v1/people", "signed out")]
    [InlineData("account made", "role taken")]
    [InlineData("account made", "signed out")]
    [InlineData("account made", "removed")]
    public async Task Who_may_no_more_when_the_log_has_it_does_nothing(string at, string lost)
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync(Mallory, Grant.OfEverything(Role.Administrator));
        var (reached, go) = HoldUp(scene, at);
        var parked = scene.PostAsync("/v1/people", s_puppet, browser);
        await reached;
        await LoseAsync(scene, lost, browser);
        go.SetResult();

        using var response = await parked;

        ((int)response.StatusCode).ShouldBeInRange(400, 499);
        scene.Book.Find(Puppet).ShouldBeNull();
    }

    [Theory]
    [InlineData("asked: /v1/tokens", "signed out")]
    [InlineData("asked: /v1/tokens", "set up anew")]
    [InlineData("token made", "signed out")]
    [InlineData("token made", "set up anew")]
    [InlineData("token made", "role taken")]
    public async Task No_token_is_made_for_a_sign_in_that_ended_while_the_log_took_it(string at, string lost)
    {
        await using var scene = await WebScene.OpenAsync();
        var mallory = await scene.AddAsync(Mallory, Grant.OfEverything(Role.Viewer));
        var browser = await scene.EnterAsync(mallory);
        var (reached, go) = HoldUp(scene, at);
        var request = new TokensRequest
        {
            Label = "kept",
            Grants = [s_viewer],
            Code = scene.CodeOf(Mallory),
        };
        var parked = scene.PostAsync("/v1/tokens", request, browser);
        await reached;
        await LoseAsync(scene, lost, browser);
        go.SetResult();

        using var response = await parked;

        ((int)response.StatusCode).ShouldBeInRange(400, 499);
        scene.Book.Tokens.ShouldBeEmpty();
    }

    private static (Task Reached, TaskCompletionSource Go) HoldUp(WebScene scene, string detail)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Journal.Before = (entry, _) =>
        {
            if (entry.Detail != detail || entry.Effect != Effect.Allow)
            {
                return Task.CompletedTask;
            }

            reached.TrySetResult();
            return go.Task;
        };
        return (reached.Task, go);
    }

    private static async Task LoseAsync(WebScene scene, string lost, Browser browser)
    {
        switch (lost)
        {
            case "removed":
                await SessionAttacks.OwnerAsync(scene, PeopleVerb.Remove, Mallory);
                break;
            case "role taken":
                await SessionAttacks.OwnerAsync(scene, PeopleVerb.Role, Mallory);
                break;
            case "signed out":
                await SessionAttacks.OwnerAsync(scene, PeopleVerb.SignOut, Mallory);
                break;
            case "set up anew":
                var anew = await SessionAttacks.OwnerAsync(scene, PeopleVerb.Setup, Mallory);
                await scene.SetUpAsync(Mallory, anew.Token!);
                break;
            default:
                using (await scene.PostAsync("/v1/leave", new LeaveRequest(), browser)) { }
                break;
        }
    }
}
