using System.Collections.Immutable;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>Step 3 of the monitor: every guard reads the action, together within one time limit.</summary>
internal sealed class GuardChain(ImmutableArray<IGuard> guards, TimeProvider clock, MonitorOptions options)
{
    /// <summary>What all guards found. The first that throws or hangs ends it, and the caller denies.</summary>
    /// <exception cref="TimeoutException">When the guards took too long.</exception>
    public async ValueTask<GuardReport> InspectAsync(
        Session session,
        AgentAction action,
        CancellationToken cancellationToken
    )
    {
        if (!IsAnyConcerned(session, action))
        {
            return GuardReport.Clean;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Revoked);
        try
        {
            // On a thread of the pool, so that a guard that spins over hostile content is waited for within the limit too.
            return await Task.Run(() => RunAsync(session, action, stop.Token), stop.Token)
                .WaitAsync(options.InspectWithin, clock, stop.Token)
                .ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What the guards say of a message that came back; its passage gives the labels. One that throws keeps it back.</summary>
    public GuardReport InspectResult(Session session, AgentAction action, ReadOnlyMemory<byte> message)
    {
        var report = GuardReport.Clean;
        foreach (var guard in guards)
        {
            GuardReport? one;
            try
            {
                one = guard.InspectResult(session, action, message);
            }
            catch (Exception)
            {
                one = new GuardReport(Effect.Deny, Labels.None, ["a guard failed"]);
            }

            if (one is null)
            {
                continue;
            }

            report = report.With(one);
            message = report.Replacement.IsEmpty ? message : report.Replacement;
        }

        return report;
    }

    /// <summary>True when a guard wants time for what comes back.</summary>
    public bool ReadResults(Session session, AgentAction action)
    {
        foreach (var guard in guards)
        {
            if (guard.ReadsResults(session, action))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What those guards say of it; its passage gives the labels. One that throws or hangs keeps it back. It is cancelled only by who waits
    /// for it, and by the session's end.
    /// </summary>
    public async ValueTask<GuardReport> ReadResultAsync(
        Session session,
        AgentAction action,
        ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken
    )
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Revoked);
        try
        {
            return await Task.Run(ReadAsync, stop.Token)
                .WaitAsync(options.InspectWithin, clock, stop.Token)
                .ConfigureAwait(false);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            return new GuardReport(Effect.Deny, Labels.Untrusted, ["a guard failed"]);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
        }

        async Task<GuardReport> ReadAsync()
        {
            var report = GuardReport.Clean;
            foreach (var guard in guards.Where(guard => guard.ReadsResults(session, action)))
            {
                report = report.With(
                    await guard.ReadResultAsync(session, action, message, stop.Token).ConfigureAwait(false)
                );
            }

            return report;
        }
    }

    /// <summary>The first guard that reads an answer along; null when none does. One that throws lets nothing pass.</summary>
    public IContentWatch? Watch(Session session, AgentAction action, string mediaType)
    {
        foreach (var guard in guards)
        {
            try
            {
                if (guard.Watch(session, action, mediaType) is { } watch)
                {
                    return watch;
                }
            }
            catch (Exception)
            {
                return new BrokenWatch();
            }
        }

        return null;
    }

    private sealed class BrokenWatch : IContentWatch
    {
        public string? Verdicts => "a guard failed";

        public long HeldBytes => 0;

        public ReadOnlyMemory<byte>? Take(ReadOnlySpan<byte> piece, bool isLast) => null;
    }

    private async Task<GuardReport> RunAsync(Session session, AgentAction action, CancellationToken cancellationToken)
    {
        var report = GuardReport.Clean;
        foreach (var guard in guards)
        {
            if (!guard.Concerns(session, action))
            {
                continue;
            }

            // The session's own token too: the linked one hears of a kill only when its handler has run.
            session.Revoked.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            var one = await guard.InspectAsync(action, cancellationToken).ConfigureAwait(false);

            // At once, not when all are through: what one guard saw counts even if the next one fails.
            Take(session, action, one.Labels);
            report = report.With(one);
        }

        return report;
    }

    /// <summary>True when a guard reads what such an action carries.</summary>
    public bool WantContent(Session session, AgentAction action)
    {
        foreach (var guard in guards)
        {
            if (guard.WantsContent(session, action))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsAnyConcerned(Session session, AgentAction action)
    {
        foreach (var guard in guards)
        {
            if (guard.Concerns(session, action))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What gave a label that a guard gave, in words.</summary>
    public static string FoundIn(AgentAction action) => $"what a guard found in {ActionDecisions.Named(action)}";

    private static void Take(Session session, AgentAction action, Labels labels)
    {
        if (labels != Labels.None)
        {
            session.AddLabels(labels, FoundIn(action));
        }
    }
}
