using System.Net;
using Bartizan.Core.Entries;
using Bartizan.Gateway.Inbound;
using Bartizan.Gateway.Tests.Tools;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>Callers who are signed in by a provider.</summary>
public sealed class TokenCallerTests
{
    private const string Callers = """
            oidc: "https://login.example"
            audience: support-agent
            user: { region: region }
        """;

    [Fact]
    public async Task Who_is_signed_in_is_known_by_a_pseudonym_and_by_what_their_token_says()
    {
        using var desk = new SignedIn();
        await using var house = await StartAsync(desk);

        using var answer = await house.AskAsync(key: desk.TokenOf("alice", "eu"));

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        var (caller, served) = house.Served.ShouldHaveSingleItem();
        caller.Kind.ShouldBe(CallerKind.Token);
        served.Session.Person.ShouldBe("user:alice");
        served.Session.User!.Id.ShouldBe("alice");
        house.Journal.Only(EntryKind.Intent).Person.ShouldBe("user:alice");
    }

    [Fact]
    public async Task A_token_is_verified_once_and_again_when_its_time_is_over()
    {
        using var desk = new SignedIn();
        var clock = new StandingClock();
        await using var house = await StartAsync(desk, clock);
        var token = desk.TokenOf("alice", "eu");

        (await house.AskAsync(key: token)).Dispose();
        (await house.AskAsync(key: token)).Dispose();
        desk.Verified.ShouldBe(1);
        clock.Advance(TokenCallers.KeptFor + TimeSpan.FromSeconds(1));
        desk.IsTakenBack = true;
        using var answer = await house.AskAsync(key: token);

        desk.Verified.ShouldBe(2);
        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_token_that_holds_for_a_moment_is_known_no_longer()
    {
        using var desk = new SignedIn { Holds = TimeSpan.FromSeconds(5) };
        var clock = new StandingClock();
        await using var house = await StartAsync(desk, clock);
        var token = desk.TokenOf("alice", "eu");

        (await house.AskAsync(key: token)).Dispose();
        clock.Advance(TimeSpan.FromSeconds(6));
        (await house.AskAsync(key: token)).Dispose();

        desk.Verified.ShouldBe(2);
    }

    [Fact]
    public async Task Of_whom_other_things_are_known_now_has_another_session()
    {
        using var desk = new SignedIn();
        await using var house = await StartAsync(desk);

        (await house.AskAsync(key: desk.TokenOf("alice", "eu"))).Dispose();
        (await house.AskAsync(key: desk.TokenOf("alice", "us"))).Dispose();
        (await house.AskAsync(key: desk.TokenOf("alice", "us"))).Dispose();

        house.Served.Count.ShouldBe(2);
        house.Served.Values.Select(one => one.Session.Person).Distinct().ShouldBe(["user:alice"]);
    }

    [Theory]
    [InlineData("bad.token.here")]
    [InlineData("..")]
    [InlineData("a.b.c.d")]
    public async Task A_token_that_is_not_good_is_nobodys(string token)
    {
        using var desk = new SignedIn();
        await using var house = await StartAsync(desk);

        using var answer = await house.AskAsync(key: token);

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        house.Agent.Requests.ShouldBeEmpty();
        house.Served.ShouldBeEmpty();
    }

    [Fact]
    public async Task Where_the_book_of_users_can_not_be_written_nobody_is_let_in()
    {
        using var desk = new SignedIn { IsFull = true };
        await using var house = await StartAsync(desk);

        using var answer = await house.AskAsync(key: desk.TokenOf("alice", "eu"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        house.Agent.Requests.ShouldBeEmpty();
        await house.Journal.Entries.WaitForAsync(entry => entry.Reason?.Contains("the book of users") == true);
    }

    [Fact]
    public async Task Who_was_forgotten_is_known_by_the_pseudonym_no_longer()
    {
        using var desk = new SignedIn();
        await using var house = await StartAsync(desk);
        var token = desk.TokenOf("alice", "eu");
        (await house.AskAsync(key: token)).Dispose();

        desk.Forgotten = 1;
        (await house.AskAsync(key: token)).Dispose();

        house
            .Journal.Entries.Where(entry => entry.Kind == EntryKind.Intent)
            .Select(entry => entry.Person)
            .ShouldBe(["user:alice", "user:alice-1"]);
        house.Served.Count.ShouldBe(2, "and what the session of before knows is not theirs any more");
    }

    [Fact]
    public async Task Nobody_who_signs_in_by_the_name_of_a_key_is_let_in_as_its_program()
    {
        using var desk = new SignedIn();
        await using var house = await StartAsync(desk);

        using var answer = await house.AskAsync(key: desk.TokenOf("Shop", "eu"));

        answer.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        house.Agent.Requests.ShouldBeEmpty();
    }

    [Fact]
    public async Task Limits_are_a_users_whatever_their_tokens_say()
    {
        using var desk = new SignedIn();
        await using var house = await StartAsync(desk, serve: "  limits: { per_user: { rate: 2/h } }");

        List<HttpStatusCode> told = [];
        foreach (var region in new[] { "eu", "us", "ap" })
        {
            using var answer = await house.AskAsync(key: desk.TokenOf("alice", region));
            told.Add(answer.StatusCode);
        }

        using var other = await house.AskAsync(key: desk.TokenOf("bob", "eu"));

        told.ShouldBe([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests]);
        other.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<InboundHouse> StartAsync(SignedIn desk, TimeProvider? clock = null, string serve = "") =>
        InboundHouse.StartAsync(
            callers: Callers,
            serve: serve,
            clock: clock,
            with: options => options with { Tokens = desk, Users = desk }
        );
}
