using System.Collections.Immutable;
using Bartizan.Core.Approvals;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// The reference monitor (Anderson 1972): every action passes it, it decides, records, and only then grants.
/// <code>
/// action ─ 1 liveness ─ 2 screen ─ 3 inspect ─ 4 decide ─ 5 approve ─ 6 recheck ─ 7 reserve ─ 8 record ─ passage
/// </code>
/// Whatever throws, hangs, is cancelled or is unknown on that way is a refusal. Steps 2 and 4 are pure. Step 7 has nothing
/// to hold yet: a manifest with budgets is refused when it is loaded.
/// </summary>
public sealed class ReferenceMonitor(
    ISessions sessions,
    IJournal journal,
    IApprovals approvals,
    ImmutableArray<IGuard> guards,
    TimeProvider clock,
    MonitorOptions options
)
{
    private readonly RefusalMeter _refusals = new(clock, options);
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
            var decision = await ConsiderAsync(session, action, cancellationToken).ConfigureAwait(false);
            if (decision.Effect != Effect.Allow)
            {
                return await RefuseAsync(session, action, decision).ConfigureAwait(false);
            }

            // 7 reserve: see above.
            // 8 record. INVARIANT: no record, no action: the passage is made only after the intent is durable.
            var number = Interlocked.Increment(ref _passages);
            var started = clock.GetTimestamp();
            await journal
                .AppendAsync(Intent(session!, action, decision, number), cancellationToken)
                .AsTask()
                .WaitAsync(options.RecordWithin, clock, cancellationToken)
                .ConfigureAwait(false);
            var passage = Passage.Grant(session!, action, decision, number, journal, clock, started);

            // A kill that fell between the recheck and the disk: the intent stands, its outcome says that nothing left.
            if (session!.Revoked.IsCancellationRequested || !sessions.FleetRunning)
            {
                await passage
                    .CompleteAsync(new Outcome(OutcomeKind.Cut, "session ended before the action left"))
                    .ConfigureAwait(false);
                return Passage.Refuse(Decision.Deny("the session has ended"));
            }

            return passage;
        }
        catch (Exception e)
        {
            return await RefuseAsync(session, action, Failed(e)).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Records what an enforcement point refused by itself because there was nothing to decide: a request that can't be
    /// read, a credential of another session, a name asked of DNS. Metered like every refusal; never throws.
    /// </summary>
    public async ValueTask RefuseAsync(AgentAction action, string reason)
    {
        ArgumentNullException.ThrowIfNull(action);
        await using var refused = await RefuseAsync(sessions.Find(action.Session), action, Decision.Deny(reason))
            .ConfigureAwait(false);
    }

    private static Decision Failed(Exception e) =>
        e switch
        {
            OperationCanceledException => Decision.Deny("the request or its session ended while it was being decided"),
            TimeoutException => Decision.Deny("a step of the decision took too long"),
            IOException => Decision.Deny("the action could not be recorded"),
            _ => Decision.Deny("a step of the decision failed"),
        };

    private static Entry Intent(Session session, AgentAction action, Decision decision, long number) =>
        new()
        {
            Kind = EntryKind.Intent,
            Session = session.Id,
            Agent = session.Agent,
            Person = session.Person,
            Passage = number,
            Point = action.Point,
            Verb = action.Target.Verb,
            Target = action.Target.Text,
            Effect = decision.Effect,
            Rules = decision.Rules,
            Policy = session.Policy.Digest,
            Labels = session.Labels,
            Observed = decision.Obligations.Observed || session.Observe,
            Credential = decision.Obligations.Credential,
            Payloads = action.Payloads,
        };

    private async ValueTask<Decision> ConsiderAsync(
        Session? session,
        AgentAction action,
        CancellationToken cancellationToken
    )
    {
        // 1 liveness
        if (!sessions.FleetRunning)
        {
            return Decision.Deny("this instance denies everything: its switch is off");
        }

        if (session is null)
        {
            return Decision.Deny("there is no such session");
        }

        if (!await RunningAsync(session, cancellationToken).ConfigureAwait(false))
        {
            return Decision.Deny("the session is not running");
        }

        // 2 screen
        var screened = session.Policy.Screen(action.Target, clock.GetUtcNow());
        if (screened.Effect == Effect.Deny)
        {
            return screened;
        }

        // 3 inspect
        var report = await InspectAsync(session, action, cancellationToken).ConfigureAwait(false);

        // 4 decide
        var decided = session.Policy.Decide(action.Target, clock.GetUtcNow(), session.Labels, report);
        if (decided.Effect == Effect.Deny)
        {
            return decided;
        }

        // 5 approve
        var approved = decided.Effect == Effect.Allow;
        if (!approved)
        {
            var refusal = await ApproveAsync(session, action, decided, cancellationToken).ConfigureAwait(false);
            if (refusal is { } reason)
            {
                return decided with { Effect = Effect.Deny, Reason = reason };
            }
        }

        // 6 recheck, with the policy and labels of now
        if (!sessions.FleetRunning || !await RunningAsync(session, cancellationToken).ConfigureAwait(false))
        {
            return Decision.Deny("the session is not running");
        }

        var again = session.Policy.Decide(action.Target, clock.GetUtcNow(), session.Labels, report);
        return again.Effect switch
        {
            Effect.Deny => again,
            Effect.Ask when !approved && decided.Effect == Effect.Ask => again with { Effect = Effect.Allow },
            Effect.Allow => again,
            _ => again with { Effect = Effect.Deny, Reason = "the decision changed while it was being made" },
        };
    }

    private async ValueTask<bool> RunningAsync(Session session, CancellationToken cancellationToken)
    {
        var running = session.WhenRunningAsync(cancellationToken);
        return running.IsCompletedSuccessfully
            ? running.Result
            : await running.AsTask().WaitAsync(options.PauseWithin, clock, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<GuardReport> InspectAsync(
        Session session,
        AgentAction action,
        CancellationToken cancellationToken
    )
    {
        if (guards.IsDefaultOrEmpty)
        {
            return GuardReport.Clean;
        }

        var report = GuardReport.Clean;
        using var limit = new CancellationTokenSource(options.InspectWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            limit.Token,
            cancellationToken,
            session.Revoked
        );
        foreach (var guard in guards)
        {
            var one = await guard
                .InspectAsync(action, either.Token)
                .AsTask()
                .WaitAsync(either.Token)
                .ConfigureAwait(false);
            report = new GuardReport(
                (Effect)Math.Min((int)report.Strictest, (int)one.Strictest),
                report.Labels | one.Labels,
                [.. report.Findings, .. one.Findings]
            );
        }

        session.AddLabels(report.Labels);
        return report;
    }

    private async ValueTask<string?> ApproveAsync(
        Session session,
        AgentAction action,
        Decision decision,
        CancellationToken cancellationToken
    )
    {
        var digest = action.ComputeDigest();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Revoked);
        var approval = await approvals
            .AskAsync(new ApprovalRequest(action, digest, decision), either.Token)
            .AsTask()
            .WaitAsync(options.ApproveWithin, clock, either.Token)
            .ConfigureAwait(false);

        // INVARIANT: an approval is for exactly the action that was shown.
        var granted = approval.Granted && approval.Digest == digest;
        await journal
            .PostAsync(
                new Entry
                {
                    Kind = EntryKind.Approval,
                    Session = session.Id,
                    Agent = session.Agent,
                    Person = approval.Person,
                    Point = action.Point,
                    Verb = action.Target.Verb,
                    Target = action.Target.Text,
                    Effect = granted ? Effect.Allow : Effect.Deny,
                    Rules = decision.Rules,
                    Reason = approval.Reason,
                    Policy = session.Policy.Digest,
                    Action = digest,
                },
                cancellationToken
            )
            .ConfigureAwait(false);
        return granted ? null : $"it was asked for and not approved: {approval.Reason ?? "refused"}";
    }

    private async ValueTask<Passage> RefuseAsync(Session? session, AgentAction action, Decision decision)
    {
        var refused = decision with { Effect = Effect.Deny };
        try
        {
            if (_refusals.Take(action) is { } count)
            {
                await journal
                    .PostAsync(
                        new Entry
                        {
                            Kind = EntryKind.Refusal,
                            Session = action.Session,
                            Agent = session?.Agent,
                            Person = session?.Person,
                            Point = action.Point,
                            Verb = action.Target.Verb,
                            Target = action.Target.Text,
                            Effect = Effect.Deny,
                            Rules = refused.Rules,
                            Reason = refused.Reason,
                            Policy = session?.Policy.Digest ?? default,
                            Labels = session?.Labels ?? Labels.None,
                            Count = count,
                        },
                        CancellationToken.None
                    )
                    .AsTask()
                    .WaitAsync(options.RecordWithin, clock)
                    .ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // A refusal that can't be recorded is a refusal all the same: nothing left, so nothing is missing from the record
            // that the next start's recovery entry doesn't say.
        }

        return Passage.Refuse(refused);
    }
}
