using System.Collections.Concurrent;
using Bartizan.Control;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Identity;
using Bartizan.Daemon.Sessions;
using Bartizan.Vault.Identity;
using Bartizan.Vault.Keys;

namespace Bartizan.Daemon.Tests.Identity;

/// <summary>One agent acts for another, with at most its powers; and who would have more than that.</summary>
public sealed class TokenExchangeTests : IJournal, IApprovals, IDisposable
{
    private const string Issuer = "https://id.example.com";
    private const string Stock = "https://stock.example";
    private const string Parent =
        "- { allow: delegate child, why: It helps. }\n- { allow: tool crm/get_*, why: It reads. }";
    private const string Child = "- { allow: tool crm/get_customer, why: It reads one. }";

    private readonly LiveSessions _sessions = new();
    private readonly ConcurrentQueue<Entry> _entries = new();
    private readonly Clock _clock = new();
    private readonly IdentityKeys _keys;
    private readonly AgentTokens _tokens;
    private readonly TokenExchange _exchange;

    public TokenExchangeTests()
    {
        var place = new IdentityPlace("example.com", Issuer);
        _keys = new IdentityKeys(new Disk(), _clock);
        _tokens = new AgentTokens(_keys, place, _clock);
        var monitor = new ReferenceMonitor(_sessions, this, this, [], _clock, new());
        _exchange = new TokenExchange(_tokens, place, _sessions, monitor, this, _clock);
    }

    [Fact]
    public async Task The_token_says_who_acts_for_whom_and_ends_with_the_parents()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));
        var subject = Token(parent);
        _clock.Now += TimeSpan.FromMinutes(8);

        var reply = await AskAsync(subject, Token(child));

        reply.Error.ShouldBeNull(reply.Says);
        reply.ExpiresIn.ShouldBe(TimeSpan.FromMinutes(2));
        var token = _tokens.Verify(reply.Token!).ShouldNotBeNull();
        token.Claims["sub"]!.GetValue<string>().ShouldBe("spiffe://example.com/agent/parent");
        token.Claims["sid"]!.GetValue<string>().ShouldBe(parent.Session.Id.ToString());
        token.Claims["act"]!["sub"]!.GetValue<string>().ShouldBe("spiffe://example.com/agent/child");
        token.Claims["act"]!["sid"]!.GetValue<string>().ShouldBe(child.Session.Id.ToString());
        token.Audience.ShouldBe(Stock);
        token.Holder.ShouldBe(child.Session.Id);
        _entries.Select(e => (e.Kind, e.Detail)).ShouldContain((EntryKind.Vault, TokenExchange.Detail));
        _entries.Count(e => e is { Kind: EntryKind.Intent, Verb: Verb.Delegate, Target: "child" }).ShouldBe(1);
    }

    [Fact]
    public async Task A_chain_grows_by_one_actor_each_proved_within_the_one_before_and_no_further_than_four()
    {
        const string All =
            "- { allow: delegate **, accept_wide: a test, why: It helps. }\n- { allow: tool crm/get_*, why: It reads. }";
        var token = Token(Open("a0", All));
        for (var i = 1; i <= AgentActor.MaxActors; i++)
        {
            var reply = await AskAsync(token, Token(Open($"a{i}", All)), Issuer);
            reply.Error.ShouldBeNull(reply.Says);
            token = reply.Token!;
        }

        var verified = _tokens.Verify(token).ShouldNotBeNull();
        verified.Actors.Select(a => a.Subject[^2..]).ShouldBe(["a4", "a3", "a2", "a1"]);
        (await AskAsync(token, Token(Open("a5", All)), Issuer)).Error.ShouldBe("invalid_request");
    }

    [Theory]
    [InlineData("- { allow: tool crm/*, why: More than its parent. }")]
    [InlineData("- { allow: tool crm/get_customer, why: One. }\n- { allow: delegate other, why: More. }")]
    [InlineData("- { allow: http GET https://evil.example/**, why: More. }")]
    public async Task A_child_that_may_more_than_its_parent_is_never_its_actor(string rules)
    {
        var (parent, child) = (Open("parent", Parent), Open("child", rules));

        (await AskAsync(Token(parent), Token(child))).Error.ShouldBe("invalid_request");
        (await AskAsync(Token(parent), Token(child))).Error.ShouldBe("invalid_request");

        _entries
            .ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                e => e.Kind.ShouldBe(EntryKind.Refusal),
                e => e.Target.ShouldBe("child"),
                e => e.Reason!.ShouldContain("isn't proved within")
            );
    }

    [Fact]
    public async Task A_child_that_nobody_lets_act_is_no_actor_however_little_it_may()
    {
        var (parent, child) = (Open("parent", Parent), Open("stranger", Child));

        (await AskAsync(Token(parent), Token(child))).Error.ShouldBe("invalid_request");

        _entries.ShouldContain(e => e.Kind == EntryKind.Refusal && e.Target == "stranger");
        _entries.ShouldNotContain(e => e.Detail == TokenExchange.Detail);
    }

    [Fact]
    public async Task An_observed_child_has_no_bounds_and_acts_for_nobody()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child, observe: true));

        (await AskAsync(Token(parent), Token(child))).Error.ShouldBe("invalid_request");
    }

    [Fact]
    public async Task A_service_that_was_called_cannot_go_on_in_the_agents_name()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));

        (await AskAsync(Token(parent, Stock), Token(child))).Error.ShouldBe("invalid_request");
        (await AskAsync(Token(parent), Token(child, Stock))).Error.ShouldBe("invalid_request");
        (await AskAsync(Token(parent, Stock), null)).Error.ShouldBe("invalid_request");
    }

    [Fact]
    public async Task The_audience_is_one_of_the_manifests_own()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));

        (await AskAsync(Token(parent), Token(child), "https://bank.example")).Error.ShouldBe("invalid_target");
        var acting = (await AskAsync(Token(parent), Token(child), Issuer)).Token!;
        (await AskAsync(acting, Token(child), "https://bank.example")).Error.ShouldBe("invalid_target");
    }

    [Fact]
    public async Task Who_was_given_a_token_that_names_an_actor_cannot_be_that_actor()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));
        var acting = (await AskAsync(Token(parent), Token(child), Issuer)).Token!;
        var entries = _entries.Count;

        (await AskAsync(acting, null)).Error.ShouldBe("invalid_request");
        (await AskAsync(acting, null, Issuer)).Token.ShouldBeNull();
        (await AskAsync(acting, acting)).Token.ShouldBeNull();
        (await AskAsync(acting, Token(child, Stock))).Token.ShouldBeNull();
        (await AskAsync(acting, Token(Open("child", Child)))).Token.ShouldBeNull();

        _entries.Skip(entries).ShouldNotContain(e => e.Detail == TokenExchange.Detail);
    }

    [Fact]
    public async Task An_actor_that_shows_itself_has_it_for_another_audience_and_no_longer_than_its_own_token()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));
        var own = Token(child);
        _clock.Now += TimeSpan.FromMinutes(3);
        var acting = (await AskAsync(Token(parent), Token(child), Issuer)).Token!;

        var reply = await AskAsync(acting, own);

        reply.Error.ShouldBeNull(reply.Says);
        reply.ExpiresIn.ShouldBe(TimeSpan.FromMinutes(7));
        var token = _tokens.Verify(reply.Token!).ShouldNotBeNull();
        (token.Audience, token.Holder, token.Actors.Length).ShouldBe((Stock, child.Session.Id, 1));
        _entries.Count(e => e is { Kind: EntryKind.Intent, Verb: Verb.Delegate }).ShouldBe(1);
    }

    [Fact]
    public async Task What_is_proved_holds_for_one_person_and_another_ones_agent_acts_for_nobody()
    {
        const string Rules = "- { allow: tool crm/get_*, when: \"'admins' in user.groups\", why: Admins read. }";
        const string Delegates = "- { allow: delegate child, why: It helps. }\n";
        var (parent, child) = (Open("parent", Delegates + Rules, person: "bob"), Open("child", Rules, person: "alice"));
        Allows(parent).ShouldBeFalse();
        Allows(child).ShouldBeTrue();

        (await AskAsync(Token(parent), Token(child))).Error.ShouldBe("invalid_request");
        (await AskAsync(Token(parent), Token(child))).Error.ShouldBe("invalid_request");

        _entries
            .ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(
                e => e.Kind.ShouldBe(EntryKind.Refusal),
                e => e.Reason!.ShouldContain("it was started by another person, and what is proved holds for one")
            );
        var same = await AskAsync(Token(Open("parent", Delegates + Rules, person: "alice")), Token(child));
        same.Error.ShouldBeNull(same.Says);

        static bool Allows(LiveSession live) =>
            live.Session.Policy.Screen(
                new ToolTarget("crm", "get_customer"),
                Circumstances.At(DateTimeOffset.UnixEpoch) with
                {
                    User = live.Session.User,
                }
            ).Effect == Effect.Allow;
    }

    [Fact]
    public async Task Who_was_given_a_token_to_act_for_an_agent_cannot_be_that_agent()
    {
        var parent = Open("parent", Parent);

        (await AskAsync(Token(parent), null)).Error.ShouldBe("invalid_request");
        (await AskAsync(Token(parent), null, Issuer)).Token.ShouldBeNull();
    }

    [Fact]
    public async Task What_was_exchanged_is_no_actor_and_nobody_acts_for_itself()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));
        var chained = (await AskAsync(Token(parent), Token(child), Issuer)).Token!;

        (await AskAsync(Token(parent), chained)).Error.ShouldBe("invalid_request");
        (await AskAsync(chained, chained)).Error.ShouldBe("invalid_request");
        (await AskAsync(chained, Token(parent))).Error.ShouldBe("invalid_request");
        (await AskAsync(Token(parent), Token(parent))).Error.ShouldBe("invalid_request");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_either_session_the_delegation_ends(bool endsParent)
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));
        var (subject, actor) = (Token(parent), Token(child));
        var token = _tokens.Verify((await AskAsync(subject, actor, Issuer)).Token!)!;
        token.Sessions.ShouldBe([child.Session.Id, parent.Session.Id]);

        (endsParent ? parent : child).Control.End();

        (await AskAsync(subject, actor)).Error.ShouldBe("invalid_request");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a.b.c")]
    [InlineData("eyJhbGciOiJub25lIn0.e30.")]
    public async Task What_is_no_token_is_exchanged_for_none(string text)
    {
        var parent = Open("parent", Parent);

        (await AskAsync(text, null)).Error.ShouldBe("invalid_request");
        (await AskAsync(Token(parent), text)).Error.ShouldBe("invalid_request");
        _entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_log_that_takes_nothing_gives_no_token()
    {
        var (parent, child) = (Open("parent", Parent), Open("child", Child));
        _full = true;

        (await AskAsync(Token(parent), Token(child))).Token.ShouldBeNull();
    }

    public void Dispose()
    {
        _exchange.Dispose();
        _keys.Dispose();
    }

    ValueTask<long> IJournal.AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        if (_full)
        {
            throw new IOException("full");
        }

        _entries.Enqueue(entry);
        return ValueTask.FromResult((long)_entries.Count);
    }

    ValueTask IJournal.PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        _entries.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    ValueTask<Approval> IApprovals.AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(default(Approval));

    private bool _full;

    private Task<TokenReply> AskAsync(string subject, string? actor, string audience = Stock) =>
        _exchange.ExchangeAsync(new TokenRequest(subject, actor, audience), TestContext.Current.CancellationToken);

    private string Token(LiveSession live, string audience = Issuer)
    {
        var who = new AgentClaims(live.Session.Id, live.Session.Manifest.Agent, "production", "ab12");
        var text = "";
        _tokens.Sign(who, audience, CredentialSource.TokenLife).Text.Use(chars => text = new string(chars.Span));
        return text;
    }

    private LiveSession Open(string agent, string rules, bool observe = false, string person = "ann")
    {
        var manifest = ManifestLoader
            .Load(
                $$"""
                apiVersion: bartizan/v1
                agent: {{agent}}
                version: 1
                owner: tests@example.com
                description: An agent of a test.
                environment: {{(observe ? "development" : "production")}}
                servers:
                  crm: { url: "https://crm.example/mcp" }
                groups:
                  admins: [alice]
                credentials:
                  sts: { from: "identity:{{Issuer}}" }
                  stock: { from: "identity:{{Stock}}" }
                rules:
                {{string.Join('\n', rules.Split('\n').Select(line => "  " + line))}}
                """,
                "agent.yaml",
                _ => null
            )
            .ShouldSatisfy();
        var (_, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest, observe), person, observe);
        control.Start().ShouldBeTrue();
        var live = new LiveSession(control, DateTimeOffset.UnixEpoch, "run", new SessionTally());
        _sessions.Add(live).ShouldBeTrue();
        return live;
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Disk : IKeyDisk
    {
        private string? _text;

        public string? Read() => _text;

        public void Replace(string text) => _text = text;
    }
}

/// <summary>What a test's manifest must be.</summary>
internal static class LoadedManifest
{
    public static Manifest ShouldSatisfy(this ManifestLoad load) =>
        load.Manifest ?? throw new InvalidOperationException(string.Join('\n', load.Errors.Select(e => e.Message)));
}
