using System.Net;
using Bartizan.Core.Conditions;
using Bartizan.Core.Entries;
using Bartizan.Core.Identity;
using Bartizan.Core.Ports;
using Bartizan.Core.Tests.Identity;
using Bartizan.Gateway.Inbound;

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

        answer.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
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

    // The real verifier over keys of our own, and the book of users in memory.
    private sealed class SignedIn : ICallerTokens, IEndUsers, IDisposable
    {
        private readonly TokenForge _forge = new();
        private int _verified;

        public int Verified => Volatile.Read(ref _verified);

        public bool IsTakenBack { get; set; }

        public bool IsFull { get; set; }

        public TimeSpan Holds { get; set; } = TimeSpan.FromMinutes(10);

        public string TokenOf(string name, string region)
        {
            var claims = TokenForge.Claims();
            claims["sub"] = name;
            claims["region"] = region;
            claims["exp"] = (StandingClock.Start + Holds).ToUnixTimeSeconds();
            claims["iat"] = StandingClock.Start.AddMinutes(-1).ToUnixTimeSeconds();
            return _forge.Sign(TokenForge.Head("ES256"), claims);
        }

        public ValueTask<TokenVerdict> VerifyAsync(
            OpenIdIssuer issuer,
            TokenExpectation expected,
            string token,
            CancellationToken cancellationToken
        )
        {
            Interlocked.Increment(ref _verified);
            var keys = IsTakenBack ? JsonWebKeys.None : _forge.Keys;
            return ValueTask.FromResult(JsonWebToken.Verify(token, issuer, keys, expected, StandingClock.Start));
        }

        public ValueTask<OpenIdProvider> DiscoverAsync(OpenIdIssuer issuer, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<EndUser> KnowAsync(
            string issuer,
            string subject,
            AttributeSet attributes,
            CancellationToken cancellationToken
        ) =>
            IsFull
                ? throw new IOException("the book is full")
                : ValueTask.FromResult(new EndUser(issuer, subject, $"user:{subject}", attributes));

        public void Dispose() => _forge.Dispose();
    }
}
