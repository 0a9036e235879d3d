using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Bartizan.Control;
using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Vault.Identity;
using Bartizan.Vault.Keys;

namespace Bartizan.Daemon.Tests.Identity.Attacks;

/// <content>The instance's side and the client's: sessions, their tokens, requests over real HTTP.</content>
public sealed partial class DpopTests
{
    ValueTask<long> IJournal.AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
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

    private static void ShouldBeRefused(JsonObject reply)
    {
        reply.ContainsKey("access_token").ShouldBeFalse();
        reply["error"]!.GetValue<string>().ShouldBe("invalid_dpop_proof");
    }

    private async Task<string> BoundAsync(string audience)
    {
        var reply = await AskAsync(Token(Open("parent")), Token(Open("child")), _maker.Make(), audience);
        return reply["access_token"]!.GetValue<string>();
    }

    private JsonObject ClaimsOf(JsonObject reply) =>
        _tokens.Verify(reply["access_token"].ShouldNotBeNull(reply.ToJsonString()).GetValue<string>())!.Claims;

    private async Task<JsonObject> AskAsync(string subject, string? actor, string? proof = null, string? to = null)
    {
        using var request = Request(subject, actor, to ?? Stock);
        if (proof is not null)
        {
            request.Headers.TryAddWithoutValidation("DPoP", proof).ShouldBeTrue();
        }

        return await SendAsync(request);
    }

    private HttpRequestMessage Request(string subject, string? actor, string audience = Stock)
    {
        const string Jwt = "urn:ietf:params:oauth:token-type:jwt";
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange",
            ["subject_token"] = subject,
            ["subject_token_type"] = Jwt,
            ["audience"] = audience,
        };
        if (actor is not null)
        {
            (form["actor_token"], form["actor_token_type"]) = (actor, Jwt);
        }

        return new HttpRequestMessage(HttpMethod.Post, $"{_issuer}/token")
        {
            Content = new FormUrlEncodedContent(form),
        };
    }

    private async Task<JsonObject> SendAsync(HttpRequestMessage request)
    {
        using var answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var reply = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!.AsObject();
        answer.StatusCode.ShouldBe(reply.ContainsKey("error") ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
        return reply;
    }

    private string Token(LiveSession live, string? boundTo = null)
    {
        var who = new AgentClaims(live.Session.Id, live.Session.Manifest.Agent, "production", "ab12");
        var text = "";
        _tokens
            .Sign(who, _issuer, CredentialSource.TokenLife, boundTo: TokenBinding.Of(boundTo, null))
            .Text.Use(chars => text = new string(chars.Span));
        return text;
    }

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
                  sts: { from: "identity:{{_issuer}}" }
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

    private static IPEndPoint FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)probe.LocalEndPoint!;
    }

    internal sealed class Clock : TimeProvider
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
