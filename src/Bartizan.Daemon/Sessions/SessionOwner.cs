using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Observation;

namespace Bartizan.Daemon.Sessions;

/// <summary>
/// The owner of all sessions' states. Every move goes through here, one at a time for each session, and is an entry.
/// <code>
/// kill: gate denies ─ token revoked ─ listeners and tunnels closed ─ SIGKILL by pidfd, cgroup.kill ─ verified empty ─ recorded
/// </code>
/// </summary>
public sealed class SessionOwner(LiveSessions sessions, IJournal journal, Action<SessionId> revokeToken)
    : ISessionSwitch
{
    /// <summary>Records a session's state.</summary>
    public ValueTask<long> RecordAsync(
        Session session,
        string state,
        string by,
        string reason,
        CancellationToken cancellationToken
    ) =>
        journal.AppendAsync(
            new Entry
            {
                Kind = EntryKind.State,
                Session = session.Id,
                Agent = session.Agent,
                Person = by,
                Detail = state,
                Reason = reason,
                Policy = session.Policy.Digest,
                Labels = session.Labels,
                Observed = session.Observe,
            },
            cancellationToken
        );

    private const string Served = "with the session that it serves";

    /// <inheritdoc/>
    public async Task PauseAsync(SessionId session, string by, string reason, CancellationToken cancellationToken)
    {
        if (sessions.Get(session) is not { } live)
        {
            return;
        }

        await live.Moving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await HoldAsync(live, by, reason, cancellationToken).ConfigureAwait(false);
            foreach (var server in ServersOf(session))
            {
                await PauseServerAsync(server, by, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            live.Moving.Release();
        }
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(SessionId session, string by, string reason, CancellationToken cancellationToken)
    {
        if (sessions.Get(session) is not { } live)
        {
            return;
        }

        await live.Moving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (live.Session.State != SessionState.Paused)
            {
                return;
            }

            // Its servers first: what it asks of them next is answered.
            foreach (var server in ServersOf(session).Where(server => server.PausedWithServed))
            {
                server.PausedWithServed = false;
                await ResumeAsync(server.Session.Id, by, Served, cancellationToken).ConfigureAwait(false);
            }

            live.PausedWithServed = false;
            await RecordAsync(live.Session, "running", by, reason, cancellationToken).ConfigureAwait(false);
            if (live.Sandbox is { } sandbox)
            {
                await sandbox.ResumeAsync(cancellationToken).ConfigureAwait(false);
            }

            live.Control.Resume();
        }
        finally
        {
            live.Moving.Release();
        }
    }

    /// <summary>Pauses a tool server that just began, if the session that it serves was paused meanwhile.</summary>
    public async Task FollowAsync(LiveSession server, LiveSession served, CancellationToken cancellationToken)
    {
        await served.Moving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (served.Session.State == SessionState.Paused)
            {
                await PauseServerAsync(server, "bartizan", cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            served.Moving.Release();
        }
    }

    /// <inheritdoc/>
    public async Task KillAsync(SessionId session, string by, string reason, CancellationToken cancellationToken)
    {
        if (sessions.Get(session) is not { } live)
        {
            return;
        }

        // The gate shuts before anything waits: a pause under way can't hold a kill up.
        live.KilledBecause ??= $"killed by {by}{(reason.Length > 0 ? $": {reason}" : "")}";
        await EndAsync(live, by, live.KilledBecause).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends a session, whoever asks for it: shuts the gate, revokes, closes, kills, verifies, records. The first caller does
    /// it; the others wait until it is done.
    /// </summary>
    public async Task EndAsync(LiveSession live, string by, string reason)
    {
        if (!live.Control.End())
        {
            await live.Over.Task.ConfigureAwait(false);
            return;
        }

        var verified = "no process";
        try
        {
            revokeToken(live.Session.Id);
            var closed = live.CloseWaysAsync();
            if (live.Sandbox is { } sandbox)
            {
                var report = await sandbox.KillAsync(CancellationToken.None).ConfigureAwait(false);
                verified = report.VerifiedEmpty
                    ? $"verified empty by {report.Evidence}"
                    : $"NOT verified empty: {report.Evidence}";
                await SeenRecord.LastAsync(live.Seen, TimeProvider.System).ConfigureAwait(false);
            }

            await closed.ConfigureAwait(false);
        }
        finally
        {
            live.Control.Finish();
            try
            {
                await RecordAsync(live.Session, "ended", by, $"{reason} ({verified})", CancellationToken.None)
                    .ConfigureAwait(false);
            }
            finally
            {
                live.Over.TrySetResult();
            }
        }
    }

    // Whoever holds a served session's moves takes its servers' after it, never the other way round.
    private async Task PauseServerAsync(LiveSession server, string by, CancellationToken cancellationToken)
    {
        await server.Moving.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            server.PausedWithServed |= await HoldAsync(server, by, Served, cancellationToken).ConfigureAwait(false);

            // A reader's session is served by processes of its own.
            foreach (var own in ServersOf(server.Session.Id))
            {
                await PauseServerAsync(own, by, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            server.Moving.Release();
        }
    }

    private async Task<bool> HoldAsync(LiveSession live, string by, string reason, CancellationToken cancellationToken)
    {
        if (!live.Control.Pause())
        {
            return false;
        }

        var tier = live.Sandbox is { } sandbox
            ? await sandbox.PauseAsync(cancellationToken).ConfigureAwait(false)
            : Bartizan.Sandbox.PauseTier.None;
        await RecordAsync(live.Session, "paused", by, $"{reason} (processes held by: {tier})", cancellationToken)
            .ConfigureAwait(false);
        return true;
    }

    private IEnumerable<LiveSession> ServersOf(SessionId session) => sessions.All.Where(live => live.Serves == session);
}
