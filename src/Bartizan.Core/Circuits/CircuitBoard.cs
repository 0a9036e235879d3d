using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Circuits;

/// <summary>
/// The circuits of one instance: one for each agent and what it calls, and one for each agent as a whole.
/// <code>
/// closed ── too many failed or were slow ──▶ open ── cool-down over ──▶ half-open ── the one that tried it came back ──▶ closed
///                                             ▲                            └── it failed ─┘
/// </code>
/// Of the monotonic clock; a restart closes them all. Where an agent is served each session has one in place of the agent as a whole: who
/// calls it and fools it there holds up nobody else.
/// </summary>
public sealed class CircuitBoard(TimeProvider clock)
{
    /// <summary>
    /// Circuits that are kept. Above it closed ones are forgotten, and with them what they had counted: an agent that calls
    /// thousands of names is held by its budget, not by these.
    /// </summary>
    public const int MaxCircuits = 4096;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Agent, string Name), Entry> _circuits = [];
    private readonly long _start = clock.GetTimestamp();

    /// <summary>Hears of every move, outside the lock, on the thread of the action that caused it: it must only hand over.</summary>
    public Action<CircuitStanding>? Moved { get; set; }

    /// <summary>What isn't closed.</summary>
    public ImmutableArray<CircuitStanding> Standing
    {
        get
        {
            lock (_lock)
            {
                return
                [
                    .. _circuits
                        .Where(pair => pair.Value.State != CircuitState.Closed)
                        .Select(pair => StandingOf(pair.Key, pair.Value))
                        .OrderBy(one => one.Since),
                ];
            }
        }
    }

    /// <summary>Why an action doesn't pass; null when its circuits are closed, or when it is the one that tries.</summary>
    public Decision? Refusal(Session session, ActionTarget target)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(target);
        if (session.Manifest.Circuit is not { } circuit)
        {
            return null;
        }

        List<CircuitStanding> moved = [];
        Decision? refusal;
        lock (_lock)
        {
            // What a caller asks calls nobody itself: what the agent does for it is what tries a circuit.
            refusal = TryPass(OwnOf(session), circuit, target.Verb != Verb.Serve, moved);
            if (refusal is null && NameOf(target) is { } name)
            {
                refusal = TryPass((session.Manifest.Agent, name), circuit, mayTry: true, moved);
            }
        }

        Tell(moved);
        return refusal;
    }

    /// <summary>Hears how a granted action ended.</summary>
    public void Ended(Session session, ActionTarget target, Outcome outcome, TimeSpan took)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(outcome);
        if (session.Manifest.Circuit is not { } circuit || NameOf(target) is not { } name)
        {
            return;
        }

        // What the agent or Bartizan ended, and what the agent asked wrongly, says nothing about the other side.
        if (outcome.Kind is not (OutcomeKind.Done or OutcomeKind.Failed) || outcome.IsCallersFault)
        {
            return;
        }

        var failed = outcome.Kind == OutcomeKind.Failed || took > circuit.Slow;
        List<CircuitStanding> moved = [];
        lock (_lock)
        {
            Count(session, name, circuit, failed, moved);
        }

        Tell(moved);
    }

    /// <summary>Hears of a refusal that isn't about rates.</summary>
    public void Refused(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (
            session.Manifest.Circuit is not { Refusals: { } most } circuit
            || session.Payer.Revoked.IsCancellationRequested
        )
        {
            return;
        }

        List<CircuitStanding> moved = [];
        lock (_lock)
        {
            var key = OwnOf(session);
            var entry = Of(key);
            entry.Session = IsServed(session) ? session.Payer.Id : default;
            entry.Count.Add(Now, circuit.Window, failed: true);
            if (entry.State != CircuitState.Open && entry.Count.Failures >= most)
            {
                Move(
                    key,
                    entry,
                    CircuitState.Open,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{entry.Count.Failures} of its actions were refused within {circuit.Window.TotalSeconds:0} s"
                    ),
                    moved
                );
            }
        }

        Tell(moved);
    }

    /// <summary>Forgets a session that is over, with its own circuit.</summary>
    public void Forget(Session session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (IsServed(session) && session.Payer == session)
        {
            lock (_lock)
            {
                _circuits.Remove(OwnOf(session));
            }
        }
    }

    /// <summary>What an action calls, as circuits name it; null for what calls nobody.</summary>
    internal static string? NameOf(ActionTarget target) =>
        target switch
        {
            ModelTarget model => $"model {model.Provider}",
            ToolTarget tool => $"tool {tool.Text}",
            HttpTarget http => string.Create(CultureInfo.InvariantCulture, $"http {http.Host}:{http.Port}"),
            ConnectTarget connect => $"connect {connect.Text}",
            _ => null,
        };

    // INVARIANT: of an agent that is served, what one caller's session does moves no circuit that refuses another's everything.
    private static (string Agent, string Name) OwnOf(Session session) =>
        IsServed(session)
            ? (session.Payer.Manifest.Agent, $"session {session.Payer.Id}")
            : (session.Manifest.Agent, CircuitStanding.OfAgent);

    private static bool IsServed(Session session) => session.Payer.Manifest.Serve is not null;

    private TimeSpan Now => clock.GetElapsedTime(_start);

    private Decision? TryPass(
        (string Agent, string Name) key,
        Circuit circuit,
        bool mayTry,
        List<CircuitStanding> moved
    )
    {
        if (!_circuits.TryGetValue(key, out var entry) || entry.State == CircuitState.Closed)
        {
            return null;
        }

        var wait = entry.Changed + circuit.CoolDown - Now;
        if (wait <= TimeSpan.Zero && !mayTry)
        {
            return null;
        }

        if (wait <= TimeSpan.Zero)
        {
            // One action tries it. Should nobody hear of it again, another one does when as long has passed.
            Move(key, entry, CircuitState.HalfOpen, "its cool-down is over, and one action tries it", moved);
            return null;
        }

        var what =
            key.Name == CircuitStanding.OfAgent ? "this agent's circuit"
            : entry.Session != default ? "this session's circuit"
            : $"the circuit of `{key.Name}`";
        return Decision.Deny(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} is {StandingOf(key, entry).Word}: {entry.Reason}; it is tried again in {Math.Ceiling(wait.TotalSeconds):0} s"
            )
        ) with
        {
            RetryAfter = wait,
        };
    }

    private void Count(Session session, string name, Circuit circuit, bool failed, List<CircuitStanding> moved)
    {
        // The agent's own circuit was tried with the same action: that it was granted closes it.
        var key = (session.Manifest.Agent, name);
        var own = OwnOf(session);
        if (_circuits.TryGetValue(own, out var agent) && agent.State == CircuitState.HalfOpen)
        {
            agent.Count.Clear();
            Move(own, agent, CircuitState.Closed, "an action was granted and ended", moved);
        }

        var entry = Of(key);
        if (entry.State == CircuitState.HalfOpen)
        {
            entry.Count.Clear();
            Move(
                key,
                entry,
                failed ? CircuitState.Open : CircuitState.Closed,
                failed ? "the call that tried it failed" : "the call that tried it came back",
                moved
            );
            return;
        }

        entry.Count.Add(Now, circuit.Window, failed);
        var (calls, failures) = (entry.Count.Calls, entry.Count.Failures);
        if (
            entry.State == CircuitState.Closed
            && calls >= circuit.AtLeast
            && failures > 0
            && failures * 1000L >= (long)circuit.ErrorsPerMille * calls
        )
        {
            Move(
                key,
                entry,
                CircuitState.Open,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{failures} of {calls} calls failed or were slow within {circuit.Window.TotalSeconds:0} s"
                ),
                moved
            );
        }
    }

    private Entry Of((string Agent, string Name) key)
    {
        if (_circuits.TryGetValue(key, out var entry))
        {
            return entry;
        }

        if (_circuits.Count >= MaxCircuits)
        {
            foreach (var old in _circuits.Where(p => p.Value.State == CircuitState.Closed).Select(p => p.Key).ToList())
            {
                _circuits.Remove(old);
            }
        }

        entry = new Entry();
        _circuits.Add(key, entry);
        return entry;
    }

    private void Move(
        (string Agent, string Name) key,
        Entry entry,
        CircuitState to,
        string reason,
        List<CircuitStanding> moved
    )
    {
        (entry.State, entry.Reason, entry.Changed, entry.Since) = (to, reason, Now, clock.GetUtcNow());
        moved.Add(StandingOf(key, entry));
    }

    private static CircuitStanding StandingOf((string Agent, string Name) key, Entry entry) =>
        new(key.Agent, key.Name, entry.State, entry.Reason, entry.Since) { Session = entry.Session };

    private void Tell(List<CircuitStanding> moved)
    {
        foreach (var one in moved)
        {
            Moved?.Invoke(one);
        }
    }

    private sealed class Entry
    {
        public SlidingCount Count { get; } = new();

        public SessionId Session { get; set; }

        public CircuitState State { get; set; }

        public string Reason { get; set; } = "";

        public TimeSpan Changed { get; set; }

        public DateTimeOffset Since { get; set; }
    }
}
