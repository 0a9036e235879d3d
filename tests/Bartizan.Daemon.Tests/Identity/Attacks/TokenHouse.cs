using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
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

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <summary>An instance's side of the exchange: a parent and a child that run, their tokens, and what is served of them.</summary>
internal sealed class TokenHouse : IJournal, IApprovals, IDisposable
{
    public const string Stock = "https://stock.example";

    private readonly LiveSessions _sessions = new();
    private readonly IdentityKeys _keys;
    private readonly AgentTokens _tokens;
    private readonly TokenExchange _exchange;

    public TokenHouse(string issuer)
    {
        Issuer = issuer;
        var place = new IdentityPlace("example.com", issuer);
        _keys = new IdentityKeys(new Disk(), Clock);
        _tokens = new AgentTokens(_keys, place, Clock);
        var monitor = new ReferenceMonitor(_sessions, this, this, [], Clock, new());
        _exchange = new TokenExchange(_tokens, place, _sessions, monitor, this, Clock);
        (Parent, Child) = (Open("parent"), Open("child"));
    }

    public MovedClock Clock { get; } = new();

    public ConcurrentQueue<Entry> Entries { get; } = new();

    public string Issuer { get; }

    public LiveSession Parent { get; }

    public LiveSession Child { get; }

    public Task<IdentityServer> ServeAsync(IPEndPoint listen, Func<SslStreamCertificateContext>? certificate) =>
        IdentityServer.StartAsync(
            listen,
            Issuer,
            _keys.PublicSet,
            text => _tokens.Verify(text)?.Claims,
            _exchange.ExchangeAsync,
            certificate,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );

    public string Token(LiveSession live, TokenBinding? boundTo = null)
    {
        var who = new AgentClaims(live.Session.Id, live.Session.Manifest.Agent, "production", "ab12");
        var text = "";
        _tokens
            .Sign(who, Issuer, CredentialSource.TokenLife, boundTo: boundTo)
            .Text.Use(chars => text = new string(chars.Span));
        return text;
    }

    public VerifiedToken Verified(string token) => _tokens.Verify(token).ShouldNotBeNull();

    public void Dispose()
    {
        _exchange.Dispose();
        _keys.Dispose();
    }

    ValueTask<long> IJournal.AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        Entries.Enqueue(entry);
        return ValueTask.FromResult((long)Entries.Count);
    }

    ValueTask IJournal.PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Entries.Enqueue(entry);
        return ValueTask.CompletedTask;
    }

    ValueTask<Approval> IApprovals.AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        ValueTask.FromResult(default(Approval));

    private LiveSession Open(string agent)
    {
        var rule =
            agent == "parent"
                ? "{ allow: delegate child, why: It helps. }\n  - { allow: tool crm/get_*, why: It reads. }"
                : "{ allow: tool crm/get_customer, why: It reads one. }";
        var manifest = ManifestLoader
            .Load(
                $$"""
                apiVersion: bartizan/v1
                agent: {{agent}}
                version: 1
                owner: tests@example.com
                description: An agent of a test.
                servers:
                  crm: { url: "https://crm.example/mcp" }
                credentials:
                  sts: { from: "identity:{{Issuer}}" }
                  stock: { from: "identity:{{Stock}}" }
                rules:
                  - {{rule}}
                """,
                "agent.yaml",
                _ => null
            )
            .ShouldSatisfy();
        var (_, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest, false), "ann", false);
        control.Start().ShouldBeTrue();
        var live = new LiveSession(control, DateTimeOffset.UnixEpoch, "run", new SessionTally());
        _sessions.Add(live).ShouldBeTrue();
        return live;
    }

    private sealed class Disk : IKeyDisk
    {
        private string? _text;

        public string? Read() => _text;

        public void Replace(string text) => _text = text;
    }
}
