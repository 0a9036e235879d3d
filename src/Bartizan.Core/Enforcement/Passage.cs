using Bartizan.Core.Budgets;
using Bartizan.Core.Circuits;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// One action on its way: refused, or granted until it is completed. A granted passage that is disposed without
/// <see cref="CompleteAsync"/> is recorded as abandoned. Steps 9 to 11 of the monitor.
/// </summary>
public sealed partial class Passage : IAsyncDisposable
{
    private const string Objecting = "a guard objects to the content";

    private readonly Grant? _grant;
    private readonly Lock _giving = new();
    private int _completed;
    private string? _verdicts;
    private IContentWatch? _watch;
    private string? _used;

    private Passage(Decision decision, Grant? grant)
    {
        Decision = decision;
        _grant = grant;
    }

    /// <summary>True when the action may be carried out.</summary>
    public bool Granted => _grant is not null;

    /// <summary>What was decided; the effect is allow exactly when <see cref="Granted"/>.</summary>
    public Decision Decision { get; }

    /// <summary>What the enforcement point must do; nothing for a refusal.</summary>
    public Obligations Obligations => Decision.Obligations;

    /// <summary>
    /// What was granted: the action as it was asked for, or as a person wrote it anew (<see cref="AgentAction.Redrafted"/>); null for a
    /// refusal.
    /// </summary>
    public AgentAction? Action => _grant?.Action;

    /// <summary>
    /// Ties intent and outcome together; 0 for a refusal. Counted from 1 by each daemon that starts, and sessions don't
    /// outlive a daemon: with the session's id it is unique for ever.
    /// </summary>
    public long Number => _grant?.Number ?? 0;

    /// <summary>
    /// Fires on kill, end, lost: stop carrying the action out. See <see cref="Session.Revoked"/> for how handlers run.
    /// </summary>
    public CancellationToken Revoked => _grant?.Session.Revoked ?? new CancellationToken(canceled: true);

    /// <summary>Says which credential was put into its request, by the handle of its lease: the outcome's entry names it.</summary>
    public void Uses(string handle) => Volatile.Write(ref _used, handle);

    /// <summary>Labels that its session carries by it; while it isn't completed no person takes them off.</summary>
    internal Labels Gives { get; set; }

    /// <summary>What is reserved for it; null for a refusal and without a budget.</summary>
    public Reservation? Reservation => _grant?.Reservation;

    /// <summary>Why a guard kept the last message, or the rest of an answer, from the agent, for its client; null when none did.</summary>
    public string? Objection { get; private set; }

    /// <summary>
    /// Step 9: what becomes of a chunk of the result. Waits while the session is paused, so that streams in flight are held;
    /// cuts when a guard objects to a tool's message, or asks about it, when it is over, when a budget has no bytes or no time left,
    /// when the passage was completed, and when <paramref name="cancellationToken"/> fires meanwhile.
    /// </summary>
    public ValueTask<Inspection> InspectAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken) =>
        InspectAsync(chunk, Heading.Back, cancellationToken);

    /// <summary>The same for a chunk that passes either way.</summary>
    public ValueTask<Inspection> InspectAsync(
        ReadOnlyMemory<byte> chunk,
        Heading heading,
        CancellationToken cancellationToken
    )
    {
        if (!IsOpenFor(chunk.Length, heading))
        {
            return new ValueTask<Inspection>(default(Inspection));
        }

        if (_watch is not null)
        {
            return WatchedAsync(chunk, isLast: false, cancellationToken);
        }

        // A tool's messages are whole; pieces of a stream say too little by themselves.
        if (_grant!.Action.Target is not ToolTarget tool || chunk.IsEmpty)
        {
            return PassAsync(chunk, cancellationToken);
        }

        var report = ReportOf(_grant, chunk);
        Give(report.Labels, GuardChain.FoundIn);
        return report.Strictest == Effect.Allow
            ? DeliverAsync(tool, report, chunk, cancellationToken)
            : new ValueTask<Inspection>(default(Inspection));
    }

    /// <summary>
    /// Step 9 for bytes that no guard can read, because they are packed by their own protocol: held while the session is paused, counted
    /// against its budget, cut when it is over.
    /// </summary>
    public ValueTask<Inspection> CarryAsync(
        ReadOnlyMemory<byte> packed,
        Heading heading,
        CancellationToken cancellationToken
    )
    {
        if (!IsOpenFor(packed.Length, heading))
        {
            return new ValueTask<Inspection>(default(Inspection));
        }

        // INVARIANT: as in what can be read: the labels of what lies there are on the session before any of it is passed on.
        if (_grant!.Action.Target is ToolTarget tool)
        {
            Give(StoreFlow.Read(_grant.Session, _grant.Action, tool, _grant.Stores), ReadBy);
        }

        return PassAsync(packed, cancellationToken);
    }

    /// <summary>
    /// Counts what passes with it and is no chunk: the head of a request or an answer. False when there is no room for it: it must not
    /// pass.
    /// </summary>
    public bool TryPass(long bytes, Heading heading) => IsOpenFor(bytes, heading);

    /// <summary>Why it may carry nothing more, for its outcome: the budget or the host's term that is used up, where one is.</summary>
    public string CutBecause => Reservation?.Exhausted ?? "cut by the monitor";

    private bool IsOpenFor(long bytes, Heading heading) =>
        _grant is not null
        && Volatile.Read(ref _completed) == 0
        && (_grant.Reservation is not { } held || _grant.Ledger!.TryTake(held, bytes, heading));

    // What the agent gets. INVARIANT: its labels are on the session before it is passed on.
    private ValueTask<Inspection> DeliverAsync(
        ToolTarget tool,
        GuardReport report,
        ReadOnlyMemory<byte> chunk,
        CancellationToken cancellationToken
    )
    {
        if (_grant!.Session.Manifest.ReaderOf(tool) is not null)
        {
            Give(_grant.Session.Labels, static _ => "what a reader read");
        }

        // Nothing that was taken out of it; and of what a fooled session put there, or a guard objected to, nothing is believed.
        var stored = StoreFlow.Read(_grant.Session, _grant.Action, tool, _grant.Stores);
        Give(stored, ReadBy);
        if ((stored & Labels.Untrusted) == Labels.None && report.Strictest == Effect.Allow)
        {
            _grant.Session.Hear(_grant.Action, tool, report.Replacement.IsEmpty ? chunk : report.Replacement);
        }

        return report.Replacement.IsEmpty
            ? PassAsync(chunk, cancellationToken)
            : ReplacedAsync(report.Replacement, cancellationToken);
    }

    /// <summary>
    /// Has the answer read along as it streams, where a guard looks for something in it; then every piece goes through
    /// <c>InspectAsync</c>, which may hold back some of it, and <see cref="EndAsync"/> gives the rest.
    /// </summary>
    /// <returns>False when no guard looks: pieces pass as they come.</returns>
    public bool Watch(string mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        _watch = _grant?.Guards?.Watch(_grant.Session, _grant.Action, mediaType);
        return _watch is not null;
    }

    /// <summary>The answer is over: what was held back of it passes on, or is cut.</summary>
    public ValueTask<Inspection> EndAsync(CancellationToken cancellationToken) =>
        _watch is null || _grant is null
            ? PassAsync(ReadOnlyMemory<byte>.Empty, cancellationToken)
            : WatchedAsync(ReadOnlyMemory<byte>.Empty, isLast: true, cancellationToken);

    private ValueTask<Inspection> WatchedAsync(
        ReadOnlyMemory<byte> chunk,
        bool isLast,
        CancellationToken cancellationToken
    )
    {
        ReadOnlyMemory<byte>? passed;
        try
        {
            passed = chunk.IsEmpty && !isLast ? chunk : _watch!.Take(chunk.Span, isLast);
        }
        catch (Exception)
        {
            // A guard that fails lets nothing pass.
            passed = null;
        }

        _verdicts = _watch!.Verdicts ?? _verdicts;
        if (passed is { } bytes)
        {
            return ReplacedAsync(bytes, cancellationToken);
        }

        Objection = Objecting;
        return new ValueTask<Inspection>(default(Inspection));
    }

    private async ValueTask<Inspection> ReplacedAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        var inspection = await PassAsync(bytes, cancellationToken).ConfigureAwait(false);
        return inspection.Verdict == InspectionVerdict.Forward
            ? inspection with
            {
                Verdict = InspectionVerdict.Replace,
            }
            : inspection;
    }

    private ValueTask<Inspection> PassAsync(ReadOnlyMemory<byte> chunk, CancellationToken cancellationToken)
    {
        var running = _grant!.Session.WhenRunningAsync(cancellationToken);
        return running.IsCompletedSuccessfully
            ? new ValueTask<Inspection>(running.Result ? new Inspection(InspectionVerdict.Forward, chunk) : default)
            : WaitAsync(running, chunk);
    }

    /// <summary>
    /// Steps 10 and 11: records how it ended. The first call counts. It never throws: an outcome that the log can't take
    /// leaves the intent open, and the next start's recovery gives it the outcome unknown.
    /// </summary>
    public async ValueTask CompleteAsync(Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (_grant is null || Interlocked.Exchange(ref _completed, 1) != 0)
        {
            return;
        }

        var (session, action, number, journal, clock, within) = _grant;
        lock (_giving)
        {
            session.Over(Gives);
        }

        var spent = _grant.Reservation is { } held ? _grant.Ledger!.Settle(held, outcome) : null;
        var took = clock.GetElapsedTime(_grant.Started);
        var usage = (outcome.Usage ?? new Usage()) with { Milliseconds = took.TotalMilliseconds };
        _grant.Circuits?.Ended(session, action.Target, outcome, took);
        try
        {
            await journal
                .PostAsync(
                    ActionEntries.Outcome(
                        session,
                        action,
                        Told(outcome),
                        usage,
                        number,
                        spent,
                        Volatile.Read(ref _used)
                    ),
                    CancellationToken.None
                )
                .AsTask()
                .WaitAsync(within, clock)
                .ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The action has left; there is nobody here to tell. A log that can't take this one denies the next intent.
        }
    }

    /// <summary>Records the outcome <see cref="OutcomeKind.Abandoned"/> when nothing else was.</summary>
    public ValueTask DisposeAsync() => CompleteAsync(new Outcome(OutcomeKind.Abandoned));

    // A refusal carries no obligations: an enforcement point with a bug must not find a credential to inject in it.
    internal static Passage Refuse(Decision decision) =>
        new(decision with { Effect = Effect.Deny, Obligations = Obligations.None }, null);

    internal static Passage Open(Decision decision, Grant grant) => new(decision, grant);

    private static string ReadBy(AgentAction action) =>
        $"what another put there, read by {ActionDecisions.Named(action)}";

    // INVARIANT: open until it is completed: what is held on its way is nothing that anybody has looked at. Most messages give nothing, and
    // then nothing is put into words.
    private void Give(Labels labels, Func<AgentAction, string> says)
    {
        if (labels == Labels.None)
        {
            return;
        }

        var by = says(_grant!.Action);
        lock (_giving)
        {
            var more = Volatile.Read(ref _completed) == 0 ? labels & ~Gives : Labels.None;
            _grant.Session.AddLabels(labels & ~more, by);
            _grant.Session.Expose(new Exposure(more, []), by, open: true);
            Gives |= more;
        }
    }

    private GuardReport ReportOf(Grant grant, ReadOnlyMemory<byte> message)
    {
        if (grant.Guards is not { } guards)
        {
            return GuardReport.Clean;
        }

        return Noted(guards.InspectResult(grant.Session, grant.Action, message));
    }

    private GuardReport Noted(GuardReport report)
    {
        Objection = report.Strictest == Effect.Allow ? null : Objecting;
        if (!report.Verdicts.IsEmpty || Objection is not null)
        {
            _verdicts = string.Join("; ", report.Verdicts.IsEmpty ? report.Findings : report.Verdicts);
        }

        return report;
    }

    private Outcome Told(Outcome outcome)
    {
        var held = _held is null ? "" : $"; the call was made, its answer was held: {_held}";
        var guards = _verdicts is null ? "" : $"; guards: {_verdicts}";
        return held.Length + guards.Length == 0 ? outcome : outcome with { Detail = $"{outcome.Detail}{held}{guards}" };
    }

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

    /// <summary>What a granted passage stands on.</summary>
    internal sealed record Grant(
        Session Session,
        AgentAction Action,
        long Number,
        IJournal Journal,
        TimeProvider Clock,
        TimeSpan RecordWithin
    )
    {
        public long Started { get; } = Clock.GetTimestamp();

        public Reservation? Reservation { get; init; }

        public ISharedLedger? Ledger { get; init; }

        public CircuitBoard? Circuits { get; init; }

        public GuardChain? Guards { get; init; }

        public IStoreLabels? Stores { get; init; }

        public Holding? Holding { get; init; }
    }
}
