using System.Net;
using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Control.People;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>A sign-in that gives less than its person's account makes no token that gives more.</summary>
public sealed class TokenPowerAttacks
{
    private const string Alice = "alice@example.com";

    [Theory]
    [InlineData("openid")]
    [InlineData("passphrase")]
    public async Task A_token_gives_no_more_than_the_sign_in_that_made_it(string how)
    {
        await using var scene = await WebScene.OpenAsync();
        await scene.AddAsync("alice@example.com", Grant.OfEverything(Role.Administrator));
        var caller = new Caller
        {
            Person = "alice@example.com",
            Account = "alice@example.com",
            Grants = [Grant.OfEverything(Role.Viewer)],
            Address = "127.0.0.1",
            How = how,
        };

        var wide = await Should.ThrowAsync<ControlException>(() =>
            scene.Tokens.AnswerAsync(Asked(scene, "administrator"), caller)
        );
        var narrow = await scene.Tokens.AnswerAsync(Asked(scene, "viewer"), caller);

        wide.Problem.Error.ShouldContain("as they signed in");
        narrow.Text.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(91)]
    [InlineData(int.MaxValue)]
    public async Task A_token_holds_for_some_days_and_no_longer(int days)
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAndEnterAsync(Alice, Grant.OfEverything(Role.Viewer));
        using var response = await scene.PostAsync(
            "/v1/tokens",
            new TokensRequest
            {
                Label = "long",
                Days = days,
                Grants = [new GrantLine("viewer", ["*"])],
                Code = scene.CodeOf(Alice),
            },
            alice
        );
        ((int)response.StatusCode).ShouldBe(422);
    }

    [Fact]
    public async Task A_cookie_alone_makes_no_token_whatever_is_guessed()
    {
        await using var scene = await WebScene.OpenAsync();
        var alice = await scene.AddAsync(Alice, Grant.OfEverything(Role.Viewer));
        var browser = await scene.EnterAsync(alice);
        var used = Totp.CodeOf(alice.Secret, Totp.StepAt(scene.Clock.GetUtcNow()));
        foreach (var code in (string?[])[null, "", used, alice.RecoveryCodes[0], "000000", "1 2"])
        {
            using var response = await AskAsync(scene, browser, code);
            ((int)response.StatusCode).ShouldBe(422, code);
        }

        scene.Book.Tokens.ShouldBeEmpty();
        scene.Book.Find(Alice)!.Recovery.Length.ShouldBe(alice.RecoveryCodes.Count);
    }

    [Fact]
    public async Task A_code_makes_one_token()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync(Alice, Grant.OfEverything(Role.Viewer));
        var code = scene.CodeOf(Alice);

        using var first = await AskAsync(scene, browser, code);
        using var second = await AskAsync(scene, browser, code);

        first.StatusCode.ShouldBe(HttpStatusCode.OK);
        ((int)second.StatusCode).ShouldBe(422);
        scene.Book.Tokens.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Guessed_codes_are_slowed_as_at_signing_in()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync(Alice, Grant.OfEverything(Role.Viewer));
        for (var guess = 0; guess < 5; guess++)
        {
            using var response = await AskAsync(scene, browser, "wrong");
        }

        scene.Throttle.Take(Alice, "127.0.0.1").Wait.ShouldBeGreaterThan(TimeSpan.Zero);
        scene.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var right = Totp.CodeOf(scene.Book.Find(Alice)!.Secret, Totp.StepAt(scene.Clock.GetUtcNow()) + 1);
        using var good = await AskAsync(scene, browser, right);
        ((int)good.StatusCode).ShouldBe(422);
        scene.Book.Tokens.ShouldBeEmpty();
    }

    [Fact]
    public async Task Signing_somebody_out_says_that_tokens_of_theirs_are_left()
    {
        await using var scene = await WebScene.OpenAsync();
        var browser = await scene.AddAndEnterAsync(Alice, Grant.OfEverything(Role.Viewer));
        using var made = await AskAsync(scene, browser, scene.CodeOf(Alice));

        var reply = await SessionAttacks.OwnerAsync(scene, PeopleVerb.SignOut, Alice);

        reply.Says!.ShouldContain("1 of their tokens still hold");
    }

    private static Task<HttpResponseMessage> AskAsync(WebScene scene, Browser browser, string? code) =>
        scene.PostAsync(
            "/v1/tokens",
            new TokensRequest
            {
                Label = "one",
                Grants = [new GrantLine("viewer", ["*"])],
                Code = code,
            },
            browser
        );

    private static TokensRequest Asked(WebScene scene, string role) =>
        new()
        {
            Label = "one",
            Grants = [new GrantLine(role, ["*"])],
            Code = scene.CodeOf(Alice),
        };
}
