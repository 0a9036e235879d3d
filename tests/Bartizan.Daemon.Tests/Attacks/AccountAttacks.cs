using Bartizan.Client;
using Bartizan.Client.People;
using Bartizan.Daemon.Consoles;
using Bartizan.Daemon.Tests.Approvals;

namespace Bartizan.Daemon.Tests.Attacks;

/// <summary>A yes that was said by a stolen session is none once its person's account is taken away, has other roles or is set up anew.</summary>
public sealed class AccountAttacks : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("bartizan-accounts-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task The_first_yes_of_two_does_not_outlive_the_account_that_said_it()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2 }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Alice);

        scene.Lost.Add("alice");

        scene.Inbox.Asks(AskScene.Cy).Asks.ShouldHaveSingleItem().Yes.ShouldBeEmpty();
        (await scene.AnswerAsync(ask, AskScene.Bob)).Decided.ShouldBeFalse();
        request.IsCompleted.ShouldBeFalse();
        (await scene.AnswerAsync(ask, AskScene.Cy)).Decided.ShouldBeTrue();
        await using var passage = await request;
        passage.Granted.ShouldBeTrue();
        scene.Approvals.Last().Detail!.ShouldContain("yes number 2");
    }

    [Fact]
    public async Task Who_has_their_account_again_says_yes_again()
    {
        using var scene = AskScene.With("{ by: team, quorum: 2 }");
        var request = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask, AskScene.Alice);
        scene.Lost.Add("alice");
        (await scene.AnswerAsync(ask, AskScene.Bob)).Decided.ShouldBeFalse();

        (await scene.AnswerAsync(ask, AskScene.Alice)).Decided.ShouldBeTrue();

        await using var passage = await request;
        passage.Granted.ShouldBeTrue();
    }

    [Theory]
    [InlineData("{ by: alice, scope: session }", AskScene.Alice, "alice")]
    [InlineData("{ by: alice, scope: 3 }", AskScene.Alice, "alice")]
    [InlineData("{ scope: session }", AskScene.Dora, "dora")]
    public async Task A_standing_yes_does_not_outlive_the_account_that_said_it(
        string terms,
        string account,
        string name
    )
    {
        using var scene = AskScene.With(terms);
        var first = scene.RequestAsync();
        var ask = await scene.RaisedAsync();
        await scene.AnswerAsync(ask with { Scope = terms.Contains('3') ? "3" : "session" }, account);
        await using (var passage = await first)
        {
            passage.Granted.ShouldBeTrue(passage.Decision.Reason);
        }

        scene.Lost.Add(name);

        var second = scene.RequestAsync();
        await scene.RaisedAsync();
        second.IsCompleted.ShouldBeFalse();
        scene.Control.End();
        (await second).Granted.ShouldBeFalse();
    }

    [Theory]
    [InlineData(PeopleVerb.Remove, false)]
    [InlineData(PeopleVerb.Role, false)]
    [InlineData(PeopleVerb.Setup, false)]
    [InlineData(PeopleVerb.Unlock, true)]
    [InlineData(PeopleVerb.SignOut, true)]
    public async Task What_the_owner_does_to_an_account_ends_what_was_said_by_it(PeopleVerb verb, bool holds)
    {
        const string Alice = "alice@example.com";
        using var state = StateDirectory.Take(_home)!;
        await using var desk = new ConsoleDesk(
            state,
            new Core.Tests.Enforcement.MemoryJournal(),
            new DaemonOptions { Home = _home }
        );
        var roles = new PeopleRequest
        {
            Verb = PeopleVerb.Add,
            Person = Alice,
            Grants = [new GrantLine("approver", ["*"])],
        };
        var before = desk.Holding(Alice);
        await desk.AnswerAsync(roles, "owner");
        var (said, other) = (desk.Holding(Alice), desk.Holding("bob@example.com"));
        said().ShouldBeTrue();

        await desk.AnswerAsync(
            roles with
            {
                Verb = verb,
                Grants = [new GrantLine("approver", ["support-*"])],
            },
            "owner"
        );

        said().ShouldBe(holds);
        (before(), other()).ShouldBe((true, true));
        if (verb == PeopleVerb.Remove)
        {
            await desk.AnswerAsync(roles, "owner");
            said().ShouldBeFalse();
        }
    }
}
