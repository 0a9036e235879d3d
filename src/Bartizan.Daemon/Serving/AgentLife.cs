using System.Globalization;
using System.Net.Sockets;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Observation;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Inbound;
using Bartizan.Sandbox;

namespace Bartizan.Daemon.Serving;

/// <summary>
/// One sandbox of a served agent, from its start to its end. INVARIANT: it is dialed for the session that it was started for, and by no
/// other way does anybody get in: its loopback is its own.
/// </summary>
internal sealed class AgentLife(Rooms rooms, LiveSession live, ISandbox sandbox, AgentWays ways, ServeSection terms)
{
    /// <summary>How soon it is dialed again while nobody listens yet.</summary>
    private static readonly TimeSpan s_retry = TimeSpan.FromMilliseconds(25);

    private readonly long _started = rooms.Clock.GetTimestamp();
    private readonly StartPatience _patience = new(rooms.Clock, terms.Limits.Start);
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _listens;
    private string? _why;

    /// <summary>Completes when nothing of it is left.</summary>
    public Task Gone => _gone.Task;

    /// <summary>Connects to the port that the agent listens on, as soon as it does.</summary>
    /// <exception cref="AgentUnavailableException">It has ended, or doesn't listen.</exception>
    public async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var socket = await sandbox.DialAsync(terms.Port!.Value, cancellationToken).ConfigureAwait(false);
                _listens = true;
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (DialException e) when (e.Failure == DialFailure.NobodyListens && !_listens)
            {
                if (_patience.IsOver(live.Session.State == SessionState.Running))
                {
                    throw new AgentUnavailableException(504, NeverListened(), e);
                }
            }
            catch (DialException e)
            {
                throw new AgentUnavailableException(e.Failure == DialFailure.Ended ? 503 : 502, e.Message, e);
            }

            await Task.Delay(s_retry, rooms.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Follows it to its end, and gives back what it held; <paramref name="fallen"/> is told at once how long it lived.</summary>
    public async Task FollowAsync(Action<TimeSpan> fallen)
    {
        _ = DrainAsync(sandbox.Output);
        _ = DrainAsync(sandbox.Error);
        using var wall = new CancellationTokenSource(live.Session.Manifest.Run!.Limits.WallClock, rooms.Clock);
        using var late = wall.Token.Register(() => End("its wall clock ran out"));
        try
        {
            var exit = await sandbox.Exited.ConfigureAwait(false);
            fallen(rooms.Clock.GetElapsedTime(_started));
            await GiveBackAsync(
                    _why ?? string.Create(CultureInfo.InvariantCulture, $"the agent ended with code {exit.Code}")
                )
                .ConfigureAwait(false);
        }
        finally
        {
            _gone.TrySetResult();
        }
    }

    private string NeverListened()
    {
        var port = terms.Port!.Value.ToString(CultureInfo.InvariantCulture);
        var why = $"the agent didn't listen on port {port} within {terms.Limits.Start.TotalSeconds:0.#}s";
        End(why);
        return why;
    }

    private void End(string why)
    {
        _why ??= why;
        _ = sandbox.KillAsync(CancellationToken.None);
    }

    private async Task GiveBackAsync(string why)
    {
        // A pause under way is about processes that are there.
        await live.Moving.WaitAsync().ConfigureAwait(false);
        try
        {
            live.Remove(ways);
            await ways.DisposeAsync().ConfigureAwait(false);
            if (live.Session.State is SessionState.Running or SessionState.Paused)
            {
                live.Sandbox = null;
                var report = await sandbox.KillAsync(CancellationToken.None).ConfigureAwait(false);
                await SeenRecord.LastAsync(live.Seen, TimeProvider.System).ConfigureAwait(false);
                await RecordAsync(why, report).ConfigureAwait(false);
            }
        }
        finally
        {
            live.Moving.Release();
            await sandbox.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task RecordAsync(string why, KillReport report) =>
        await rooms
            .Journal.AppendAsync(
                new Entry
                {
                    Kind = EntryKind.Receipt,
                    Session = live.Session.Id,
                    Agent = live.Session.Agent,
                    Point = "sandbox",
                    Target = live.Session.Manifest.Run!.Command[0],
                    Detail =
                        $"ended: {why} ({(report.VerifiedEmpty ? "verified empty by" : "NOT verified empty:")} {report.Evidence})",
                    Policy = live.Session.Policy.Digest,
                },
                CancellationToken.None
            )
            .ConfigureAwait(false);

    // What it prints is kept from everybody: it may be any user's words.
    private static async Task DrainAsync(Stream printed)
    {
        var buffer = new byte[4096];
        try
        {
            while (await printed.ReadAsync(buffer).ConfigureAwait(false) > 0) { }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Over.
        }
    }
}
