using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Control.People;

namespace Bartizan.Control.Tests.Web.Attacks;

/// <summary>A sign-in that gives less than its person's account makes no token that gives more.</summary>
public sealed class TokenPowerAttacks
{
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
            scene.Tokens.AnswerAsync(Asked("administrator"), caller)
        );
        var narrow = await scene.Tokens.AnswerAsync(Asked("viewer"), caller);

        wide.Problem.Error.ShouldContain("as they signed in");
        narrow.Text.ShouldNotBeNull();
    }

    private static TokensRequest Asked(string role) => new() { Label = "one", Grants = [new GrantLine(role, ["*"])] };
}
