using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>A monitor with one running session, whose ports are in the test's hand.</summary>
internal sealed class Gate : ISessions, IApprovals, IGuard
{
    public const string AllowModel = "allow: model anthropic/*";
    public const string AskModel = "ask: model anthropic/*";
    public const string DenyModel = "deny: model anthropic/*";

    private Gate(MonitorOptions options, bool guarded, bool observe, string[] rules)
        : this(options, guarded, observe, Manifest(rules)) { }

    private Gate(MonitorOptions options, bool guarded, bool observe, Manifest manifest)
    {
        Options = options;
        var policy = Core.Policies.Policy.Compile(manifest);
        (Session, Control) = Session.Open(SessionId.New(), manifest, policy, "alice", observe);
        Known = Session;
        Control.Start().ShouldBeTrue();
        Monitor = new ReferenceMonitor(this, Journal, this, guarded ? [this] : [], Clock, options);
    }

    public MonitorOptions Options { get; }

    public ManualClock Clock { get; } = new();

    public MemoryJournal Journal { get; } = new();

    public Session Session { get; }

    public SessionControl Control { get; }

    public ReferenceMonitor Monitor { get; }

    public AgentAction Action => ActionFor(new ModelTarget("anthropic", "claude"));

    public Session? Known { get; set; }

    public bool FleetRunning { get; set; } = true;

    public Func<SessionId, Session?>? OnFind { get; set; }

    public Func<ApprovalRequest, CancellationToken, Task<Approval>> OnAsk { get; set; } =
        (request, _) => Task.FromResult(new Approval(true, request.Digest, "alice", null));

    public Func<AgentAction, CancellationToken, Task<GuardReport>> OnInspect { get; set; } =
        (_, _) => Task.FromResult(GuardReport.Clean);

    public static Gate With(params string[] rules) => new(new MonitorOptions(), true, false, rules);

    public static Gate Of(Manifest manifest) => new(new MonitorOptions(), true, false, manifest);

    public static Gate Unguarded(params string[] rules) => new(new MonitorOptions(), false, false, rules);

    public static Gate Observing(params string[] rules) => new(new MonitorOptions(), true, true, rules);

    public static Gate With(MonitorOptions options, params string[] rules) => new(options, true, false, rules);

    public static Policy Policy(params string[] rules) => Core.Policies.Policy.Compile(Manifest(rules));

    public AgentAction ActionFor(ActionTarget target) =>
        new()
        {
            Session = Session.Id,
            Target = target,
            Point = "model",
            Payloads = [new Payload("request", "application/json", "{}"u8.ToArray())],
        };

    public ValueTask<Passage> RequestAsync(CancellationToken cancellationToken = default) =>
        Monitor.RequestAsync(Action, cancellationToken);

    public void Replace(params string[] rules) => Control.Replace(Policy(rules));

    /// <summary>What must be true of every refusal: no passage, no obligation, and no intent without an outcome.</summary>
    public void ShouldBeRefused(Passage passage)
    {
        passage.Granted.ShouldBeFalse();
        passage.Decision.Effect.ShouldBe(Effect.Deny);
        passage.Obligations.ShouldBe(Obligations.None);
        passage.Number.ShouldBe(0);
        passage.Revoked.IsCancellationRequested.ShouldBeTrue();
        var outcomes = Journal.Of(EntryKind.Outcome).ToDictionary(entry => entry.Passage, entry => entry.Outcome);
        foreach (var intent in Journal.Of(EntryKind.Intent))
        {
            outcomes.ShouldContainKeyAndValue(intent.Passage, OutcomeKind.Cut);
        }
    }

    Session? ISessions.Find(SessionId id) =>
        OnFind is { } find ? find(id)
        : Known?.Id == id ? Known
        : null;

    async ValueTask<Approval> IApprovals.AskAsync(ApprovalRequest request, CancellationToken cancellationToken) =>
        await OnAsk(request, cancellationToken);

    async ValueTask<GuardReport> IGuard.InspectAsync(AgentAction action, CancellationToken cancellationToken) =>
        await OnInspect(action, cancellationToken);

    private static Manifest Manifest(string[] rules) =>
        new()
        {
            Agent = "tester",
            Version = 3,
            Layers = [new RuleLayer("manifest", false, [.. rules.Select(Parse)])],
        };

    private static Rule Parse(string text, int index)
    {
        const string Witnessed = " durability: witnessed";
        var isWitnessed = text.EndsWith(Witnessed, StringComparison.Ordinal);
        text = isWitnessed ? text[..^Witnessed.Length] : text;
        var words = text.Split(' ', 3);
        return new Rule
        {
            Effect = Enum.Parse<Effect>(words[0].TrimEnd(':'), ignoreCase: true),
            Verb = Enum.Parse<Verb>(words[1], ignoreCase: true),
            Pattern = words[2],
            Why = "The test needs it.",
            Witnessed = isWitnessed,
            Position = new SourcePosition("agent.yaml", index + 1, 1),
        };
    }
}
