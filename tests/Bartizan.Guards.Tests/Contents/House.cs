using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Contents;

namespace Bartizan.Guards.Tests.Contents;

/// <summary>One session of a manifest with guards, and what they say of its actions.</summary>
internal sealed class House : ISessions, ICredentialLender
{
    private readonly Session _session;
    private readonly string _secret;

    public House(string guards, string secret = "")
    {
        _secret = secret;
        var load = ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: tester
            version: 1
            owner: tests@example.com
            environment: development
            credentials: { key: { from: "env:KEY" } }
            guards: {{guards}}
            rules:
              - { allow: "tool a/b", why: A test says so. }
            """,
            "agent.yaml",
            _ => null
        );
        load.Errors.ShouldBeEmpty();
        (_session, var control) = Session.Open(
            SessionId.New(),
            load.Manifest!,
            Policy.Compile(load.Manifest!),
            "tester",
            false
        );
        control.Start();
        Control = control;
        Guard = new ContentGuard(this, this, TimeProvider.System);
    }

    public ContentGuard Guard { get; }

    public Session Session => _session;

    public SessionControl Control { get; }

    public bool FleetRunning => true;

    public Session? Find(SessionId id) => id == _session.Id ? _session : null;

    public ValueTask<ILease> LendAsync(SessionId session, string name, Uri? to, CancellationToken cancellationToken) =>
        _secret.Length == 0
            ? ValueTask.FromException<ILease>(new CredentialUnavailableException("none"))
            : ValueTask.FromResult<ILease>(new Lease(_secret));

    public async Task<GuardReport> ToolAsync(string arguments) =>
        await InspectAsync(new ToolTarget("a", "b"), "arguments", arguments);

    public async Task<GuardReport> ModelAsync(string request) =>
        await InspectAsync(new ModelTarget("a", "b"), "request", request);

    public async Task<GuardReport> HttpAsync(string head, string body)
    {
        HostName.TryParse("api.example", out var host, out _).ShouldBeTrue();
        var action = ActionOf(new HttpTarget("POST", "http", host!, 80, "/a"), "head", head);
        return await Guard.InspectAsync(
            action with
            {
                Payloads = [.. action.Payloads, new Payload("body", "text/plain", Encoding.UTF8.GetBytes(body))],
            },
            CancellationToken.None
        );
    }

    public async Task<GuardReport> ConnectAsync(string name)
    {
        HostName.TryParse(name, out var host, out _).ShouldBeTrue();
        var action = ActionOf(new ConnectTarget(host!, 443), "none", "") with { Payloads = [] };
        Guard.Concerns(_session, action).ShouldBeTrue();
        return await Guard.InspectAsync(action, CancellationToken.None);
    }

    /// <summary>What looks along while an answer streams; null when nothing does.</summary>
    public IContentWatch? Watching(string mediaType) =>
        Guard.Watch(_session, ActionOf(new ModelTarget("a", "b"), "request", "{}"), mediaType);

    /// <summary>The same while a caller is answered by an agent that is served.</summary>
    public async Task<IContentWatch> ServingAsync(string mediaType)
    {
        // Credentials are read with the request that is answered.
        await ModelAsync("""{"messages":[]}""");
        return Guard.Watch(_session, ActionOf(new ServeTarget("GET", "/a"), "query", "{}"), mediaType)!;
    }

    /// <summary>What passes of an answer, whether it was cut, and what is recorded of it.</summary>
    public (string Passed, bool IsCut, string Verdicts) Watched(string answer, int size, string mediaType)
    {
        var watch = Guard.Watch(_session, ActionOf(new ModelTarget("a", "b"), "request", "{}"), mediaType)!;
        var passed = new List<byte>();
        foreach (var chunk in Encoding.UTF8.GetBytes(answer).Chunk(size).Append([]))
        {
            if (watch.Take(chunk, chunk.Length == 0) is not { } some)
            {
                return (Encoding.UTF8.GetString([.. passed]), true, watch.Verdicts!);
            }

            passed.AddRange(some.Span);
        }

        return (Encoding.UTF8.GetString([.. passed]), false, watch.Verdicts!);
    }

    /// <summary>What passes of a model's answer after a request; what was cut ends where it was cut.</summary>
    public async Task<string> AnswerAsync(string stream, int size)
    {
        (await ModelAsync("""{"messages":[]}""")).Strictest.ShouldBe(Effect.Allow);
        var watch = Guard.Watch(_session, ActionOf(new ModelTarget("a", "b"), "request", "{}"), "text/event-stream")!;
        var passed = new List<byte>();
        foreach (var chunk in Encoding.UTF8.GetBytes(stream).Chunk(size).Append([]))
        {
            if (watch.Take(chunk, chunk.Length == 0) is not { } some)
            {
                break;
            }

            passed.AddRange(some.Span);
        }

        return Encoding.UTF8.GetString([.. passed]);
    }

    public GuardReport Result(string message) =>
        Guard.InspectResult(
            _session,
            ActionOf(new ToolTarget("a", "b"), "arguments", "{}"),
            Encoding.UTF8.GetBytes(message)
        )!;

    private async Task<GuardReport> InspectAsync(ActionTarget target, string role, string content)
    {
        var action = ActionOf(target, role, content);
        Guard.Concerns(_session, action).ShouldBeTrue();
        return await Guard.InspectAsync(action, CancellationToken.None);
    }

    private AgentAction ActionOf(ActionTarget target, string role, string content) =>
        new()
        {
            Session = _session.Id,
            Target = target,
            Point = "test",
            Payloads = [new Payload(role, "application/json", Encoding.UTF8.GetBytes(content))],
            Arguments =
                target is ToolTarget && content.StartsWith('{') ? JsonDocument.Parse(content).RootElement : default,
            Redrafted = _ => new Redraft(null, null),
        };

    private sealed class Lease(string secret) : ILease
    {
        public string Handle => "key";

        public void Apply(Action<ReadOnlyMemory<char>> use) => use(secret.AsMemory());

        public void Dispose() { }
    }
}
