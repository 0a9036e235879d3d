using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Approvals;
using Bartizan.Core.Budgets;
using Bartizan.Core.Circuits;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// The reference monitor (Anderson 1972): every action passes it, it decides, records, and only then grants.
/// <code>
/// action ─ 1 liveness ─ 2 screen ─ 3 inspect ─ 4 decide ─ 5 approve ─ 6 recheck ─ 7 reserve ─ 8 record ─ passage
/// </code>
/// Whatever throws, hangs, is cancelled or is unknown on that way is a refusal. Steps 2 and 4 are pure. Step 7 is for sessions
/// whose manifest has budgets. Because the disk takes its time, the gate is checked once more after step 8: what was ended,
/// paused, tightened or cancelled while the intent was written doesn't leave.
/// </summary>
public sealed partial class ReferenceMonitor(
    ISessions sessions,
    IJournal journal,
    IApprovals approvals,
    ImmutableArray<IGuard> guards,
    TimeProvider clock,
    MonitorOptions options,
    ISharedLedger? ledger = null,
    CircuitBoard? circuits = null,
    IStoreLabels? stores = null
)
{
    /// <summary>The longest target that is matched, in characters: a request line ends at 8 KiB, and it fits one leaf of the log.</summary>
    public const int MaxTargetLength = 8 * 1024;

    /// <summary>How often people may write one action anew before it is refused: its agent waits all the while.</summary>
    public const int MaxDrafts = 8;

    private readonly GuardChain _guards = new(guards, clock, options);
    private readonly RefusalWriter _refusals = new(journal, clock, options);
    private readonly Asking _asking = new(approvals, journal, clock, options);
    private readonly CircuitBoard _circuits = circuits ?? new CircuitBoard(clock);
    private long _passages;

    /// <summary>
    /// Takes an action through the eight steps. Never throws for what an agent, a guard, a person or the disk does: the
    /// passage is then not granted and says why.
    /// </summary>
    public async ValueTask<Passage> RequestAsync(AgentAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        Session? session = null;
        try
        {
            session = sessions.Find(action.Session);
            var ruling = await ConsiderAsync(session, action, cancellationToken).ConfigureAwait(false);
            var ruled = ruling.Action ?? action;
            return ruling.Decision.Effect == Effect.Allow
                ? await RecordAsync(session!, ruled.SentAs(ruling.Report.Sent), ruling, cancellationToken)
                    .ConfigureAwait(false)
                : await RefuseAsync(session, ruled, ruling).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return await RefuseAsync(session, action, new Ruling(FailedStep.Of(e))).ConfigureAwait(false);
        }
    }

    /// <summary>True when a guard would read what an action carries, and no rule denies it: its point reads that first.</summary>
    public bool WantsContent(AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return sessions.Find(action.Session) is { } session
            && _guards.WantContent(session, action)
            && session.Policy.Screen(action, CircumstancesOf(session, action)).Effect != Effect.Deny;
    }

    /// <summary>Keeps the labels of what a session tells a server beside an action; where that can't be it must not be told.</summary>
    public bool KeepTold(Session session, string server)
    {
        ArgumentNullException.ThrowIfNull(session);
        return StoreFlow.KeepTold(session, server, stores) is null;
    }

    // What a person wrote anew goes the whole way from the start, as if the agent had asked for it.
    private async ValueTask<Ruling> ConsiderAsync(
        Session? session,
        AgentAction action,
        CancellationToken cancellationToken
    )
    {
        ImmutableArray<string> told = [];
        for (var drafts = 0; ; drafts++)
        {
            var ruling = await ConsiderOnceAsync(session, action, cancellationToken).ConfigureAwait(false);
            if (ruling.Draft is not { } draft)
            {
                return drafts == 0 ? ruling : ruling with { Action = action, ReportOrNone = Told(told, ruling) };
            }

            told = [.. told, .. ruling.Report.Verdicts];
            action = draft;
            if (drafts == MaxDrafts)
            {
                return new Ruling(Decision.Deny("it was written anew too often")) { Action = action };
            }
        }
    }

    private static GuardReport? Told(ImmutableArray<string> told, Ruling ruling) =>
        told.IsEmpty ? ruling.ReportOrNone : ruling.Report with { Verdicts = [.. told, .. ruling.Report.Verdicts] };

    private async ValueTask<Ruling> ConsiderOnceAsync(
        Session? session,
        AgentAction action,
        CancellationToken cancellationToken
    )
    {
        // 1 liveness
        if (!sessions.FleetRunning)
        {
            return new Ruling(Decision.Deny("this instance denies everything: its switch is off"));
        }

        if (session is null || session.Id != action.Session)
        {
            return new Ruling(Decision.Deny("there is no such session"));
        }

        if (!await RunningAsync(session, cancellationToken).ConfigureAwait(false))
        {
            return new Ruling(Decision.Deny("the session is not running"));
        }

        if (session.Manifest.Circuit is not null && _circuits.Refusal(session, action.Target) is { } open)
        {
            return new Ruling(open);
        }

        if (action.Target.Text.Length > MaxTargetLength)
        {
            return new Ruling(Decision.Deny("its target is longer than any rule can name"));
        }

        // 2 screen
        var policy = session.Policy;
        var screened = policy.Screen(action, CircumstancesOf(session, action));
        if (screened.Effect is not (Effect.Allow or Effect.Ask))
        {
            return new Ruling(screened, policy);
        }

        // 3 inspect, 4 decide
        (var report, policy, var decided) = await InspectAsync(session, action, policy, screened, cancellationToken)
            .ConfigureAwait(false);

        // What a guard takes out of the arguments is an action of its own, and goes the whole way.
        if (report.Instead.ValueKind != JsonValueKind.Undefined && report.Strictest != Effect.Deny)
        {
            return Ruling.Redrafted(action, report.Instead) with { ReportOrNone = report };
        }

        // 5 approve
        Digest asked = default;
        if (decided.Effect == Effect.Ask)
        {
            var ask = await _asking
                .AskAsync(session, HeldContent.In(action, report), decided, policy, cancellationToken)
                .ConfigureAwait(false);
            asked = ask.Asked;
            if (ask.Draft is { } draft)
            {
                return Ruling.Redrafted(action, draft);
            }

            Remember(session, action, policy, report, ask);
            if (ask.Refusal is not null)
            {
                return Unapproved(decided, policy, report, ask);
            }
        }
        else if (decided.Effect != Effect.Allow)
        {
            return new Ruling(decided, policy);
        }

        // 6 recheck, with the policy and labels of now
        if (!sessions.FleetRunning || !await RunningAsync(session, cancellationToken).ConfigureAwait(false))
        {
            return new Ruling(Decision.Deny("the session is not running"), policy) { Asked = asked };
        }

        return Recheck(session, action, decided, report) with
        {
            Asked = asked,
        };
    }

    /// <summary>
    /// Decides again. <paramref name="before"/> was an allow, or an ask that a person approved: the approval counts only for
    /// an ask by the same rules with the same obligations, because that is what was shown.
    /// </summary>
    private Ruling Recheck(Session session, AgentAction action, Decision before, GuardReport report)
    {
        var policy = session.Policy;
        var met = session.Exposure;
        var known = CircumstancesOf(session, action) with
        {
            Labels = met.Labels,
            Passed = met.Passed,
            Traced = met.Traced,
        };
        var now = Overtaken(session, report, policy) ?? policy.Decide(action, known, report);
        var approved =
            before.Effect == Effect.Ask
            && before.Rules.SequenceEqual(now.Rules)
            && before.Obligations.Equals(now.Obligations);
        var decision = now.Effect switch
        {
            Effect.Allow => now,
            Effect.Ask when approved => now with { Effect = Effect.Allow },
            Effect.Ask => Decision.Deny("the decision changed while it was being made: now a person has to be asked"),
            _ => now,
        };
        return new Ruling(decision, policy, met, before, report)
        {
            Verdict =
                now.Effect == Effect.Ask ? Effect.Ask
                : now.Obligations.Observed ? Effect.Deny
                : null,
        };
    }

    private Circumstances CircumstancesOf(Session session, AgentAction action) =>
        action.KnownIn(session, clock.GetUtcNow());

    private async ValueTask<Passage> RecordAsync(
        Session session,
        AgentAction action,
        Ruling ruling,
        CancellationToken cancellationToken
    )
    {
        // 7 reserve
        LedgerAnswer held = default;
        if (session.Manifest.Budget is not null || LimitedHost.Of(session, action) is not null)
        {
            held = ledger is null
                ? default
                : await ledger.ReserveAsync(session, action, cancellationToken).ConfigureAwait(false);
            if (held.Reservation is null)
            {
                var spent = Decision.Deny(held.Refusal ?? "this instance has no ledger for its budgets");
                var over = ruling with { Decision = spent with { RetryAfter = held.RetryAfter }, Verdict = null };
                return await RefuseAsync(session, action, over).ConfigureAwait(false);
            }
        }

        // 8 record. INVARIANT: no record, no action: the passage leaves this method only after the intent is durable.
        var number = Interlocked.Increment(ref _passages);
        var grant = new Passage.Grant(session, action, number, journal, clock, options.RecordWithin)
        {
            Reservation = held.Reservation,
            Ledger = ledger,
            Circuits = _circuits,
            Guards = _guards,
            Stores = stores,
            Holding = new Holding(_asking, sessions),
        };
        var passage = Passage.Open(ruling.Decision, grant);
        var late = await RecordIntentAsync(grant, ruling, cancellationToken).ConfigureAwait(false);
        if (late.Decision.Effect == Effect.Allow)
        {
            // INVARIANT: before it leaves, so that nothing that follows from its result is decided without it, or from what it writes.
            passage.Gives = session.Meet(action);
            if (StoreFlow.Keep(session, action, stores) is not { } unkept)
            {
                return passage;
            }

            late = new Ruling(unkept, ruling.Policy);
        }

        // The intent may stand in the log: its outcome says that nothing left.
        await passage
            .CompleteAsync(new Outcome(OutcomeKind.Cut, "it never left") { IsFree = true })
            .ConfigureAwait(false);
        return await RefuseAsync(session, action, late).ConfigureAwait(false);
    }

    private async ValueTask<Ruling> RecordIntentAsync(
        Passage.Grant grant,
        Ruling ruling,
        CancellationToken cancellationToken
    )
    {
        var (session, action, number, _, _, _) = grant;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var policy = ruling.Policy!;
            var intent = ActionEntries.Intent(
                session,
                action,
                ruling.Decision,
                policy.Digest,
                ruling.Met.Labels,
                ruling.Verdict,
                ruling.Asked,
                number,
                grant.Reservation?.Spend,
                ruling.Report
            );

            // Only the wait is cancelled, never the append: a half-withdrawn intent could be durable without anybody knowing.
            var index = await journal
                .AppendAsync(intent, CancellationToken.None)
                .AsTask()
                .WaitAsync(options.RecordWithin, clock, cancellationToken)
                .ConfigureAwait(false);
            if (
                ruling.Decision.Obligations.Witnessed
                && await Witnessing.LackAsync(journal, index, options, clock, cancellationToken) is { } lacks
            )
            {
                return new Ruling(Decision.Deny(lacks), policy);
            }

            // 1 and 6 once more: a kill, a pause or a reload that fell between the recheck and the disk.
            if (!sessions.FleetRunning || !await RunningAsync(session, cancellationToken).ConfigureAwait(false))
            {
                return new Ruling(Decision.Deny("the session is not running"), policy);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (ReferenceEquals(session.Policy, policy) && ReferenceEquals(session.Exposure, ruling.Met))
            {
                return ruling;
            }

            var late = Recheck(session, action, ruling.Before, ruling.Report) with { Asked = ruling.Asked };
            var other =
                late.Decision.Effect == Effect.Allow && late.Decision.Obligations != ruling.Decision.Obligations;
            return other ? new Ruling(Decision.Deny("the decision changed while it was being recorded"), policy) : late;
        }
        catch (Exception e)
        {
            return new Ruling(FailedStep.Of(e), ruling.Policy);
        }
    }

    private async ValueTask<bool> RunningAsync(Session session, CancellationToken cancellationToken)
    {
        var running = session.WhenRunningAsync(cancellationToken);
        return running.IsCompletedSuccessfully
            ? running.Result
            : await running.AsTask().WaitAsync(options.PauseWithin, clock, cancellationToken).ConfigureAwait(false);
    }
}
