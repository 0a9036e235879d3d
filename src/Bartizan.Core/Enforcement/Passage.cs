using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// One action on its way: refused, or granted until it is completed. A granted passage that is disposed without
/// <see cref="CompleteAsync"/> is recorded as abandoned. Steps 9 to 11 of the monitor.
/// </summary>
public sealed class Passage : IAsyncDisposable
{
    private readonly Session? _session;
    private readonly AgentAction? _action;
    private readonly IJournal? _journal;
    private readonly TimeProvider? _clock;
    private readonly long _started;
    private int _completed;

    private Passage(Decision decision) => Decision = decision;

    private Passage(
        Session session,
        AgentAction action,
        Decision decision,
        long number,
        IJournal journal,
        TimeProvider clock,
        long started
    )
        : this(decision)
    {
        _session = session;
        _action = action;
        _journal = journal;
        _clock = clock;
        _started = started;
        Number = number;
    }

    /// <summary>True when the action may be carried out.</summary>
    public bool Granted => _session is not null;

    /// <summary>What was decided; the effect is allow exactly when <see cref="Granted"/>.</summary>
    public Decision Decision { get; }

    /// <summary>What the enforcement point must do.</summary>
    public Obligations Obligations => Decision.Obligations;

    /// <summary>Ties intent and outcome together; 0 for a refusal.</summary>
    public long Number { get; }

    /// <summary>Fires on kill, end, lost: stop carrying the action out.</summary>
    public CancellationToken Revoked => _session?.Revoked ?? new CancellationToken(canceled: true);

    /// <summary>
    /// Step 9: what becomes of a chunk of the result. Waits while the session is paused, so that streams in flight are held.
    /// </summary>
    public ValueTask<Inspection> InspectAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        if (_session is null || _session.Revoked.IsCancellationRequested)
        {
            return new ValueTask<Inspection>(default(Inspection));
        }

        var running = _session.WhenRunningAsync(cancellationToken);
        return running.IsCompletedSuccessfully
            ? new ValueTask<Inspection>(running.Result ? new Inspection(InspectionVerdict.Forward, chunk) : default)
            : WaitAsync(running, chunk);
    }

    /// <summary>Steps 10 and 11: records how it ended. The first call counts.</summary>
    public async ValueTask CompleteAsync(Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (_session is null || Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return;
        }

        var usage = (outcome.Usage ?? new Usage()) with
        {
            Milliseconds = _clock!.GetElapsedTime(_started).TotalMilliseconds,
        };
        await _journal!
            .PostAsync(
                new Entry
                {
                    Kind = EntryKind.Outcome,
                    Session = _session.Id,
                    Agent = _session.Agent,
                    Passage = Number,
                    Point = _action!.Point,
                    Verb = _action.Target.Verb,
                    Target = _action.Target.Text,
                    Outcome = outcome.Kind,
                    Detail = outcome.Detail,
                    Usage = usage,
                    ToolCalls = outcome.ToolCalls,
                    Payloads = outcome.Payloads,
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);
    }

    /// <summary>Records the outcome <see cref="OutcomeKind.Abandoned"/> when nothing else was.</summary>
    public ValueTask DisposeAsync() => CompleteAsync(new Outcome(OutcomeKind.Abandoned));

    internal static Passage Refuse(Decision decision) => new(decision with { Effect = Effect.Deny });

    internal static Passage Grant(
        Session session,
        AgentAction action,
        Decision decision,
        long number,
        IJournal journal,
        TimeProvider clock,
        long started
    ) => new(session, action, decision, number, journal, clock, started);

    private static async ValueTask<Inspection> WaitAsync(ValueTask<bool> running, ReadOnlyMemory<byte> chunk)
    {
        try
        {
            return await running.ConfigureAwait(false) ? new Inspection(InspectionVerdict.Forward, chunk) : default;
        }
        catch (OperationCanceledException)
        {
            return default;
        }
    }
}
