using System.Globalization;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Inbound;

namespace Bartizan.Daemon.Serving;

/// <summary>
/// The agent of one user's session, in a sandbox of that session's own.
/// <code>
/// granted request ─ connect ─ 1 bounded starts ─ 2 after the last one is gone ─ 3 sandbox ─ 4 dial until it listens ─ request
///                               503                                              503          504
/// it ends by itself ─ cut, verified, an entry ─ the next request starts another
/// session over ─ killed with it by its owner ─ what it held is given back
/// </code>
/// A request that is refused starts nothing.
/// </summary>
internal sealed class SandboxedAgent : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly LiveSession _live;
    private readonly AgentStart _start;
    private readonly AgentFalls _falls;
    private readonly SemaphoreSlim _starting;
    private Task<AgentLife>? _life;
    private bool _isOver;
    private bool _closed;

    /// <summary>Makes it; nothing is started yet. <paramref name="starting"/> bounds how many are started at once.</summary>
    public SandboxedAgent(Rooms rooms, ServedAgent agent, LiveSession live, string token, SemaphoreSlim starting)
    {
        _live = live;
        _start = new AgentStart(rooms, agent, live, token);
        _falls = new AgentFalls(rooms.Clock);
        _starting = starting;
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{agent.Terms.Port}");
        Upstream = new AgentUpstream(new Uri(address), ConnectAsync);
    }

    /// <summary>How its session's requests reach it.</summary>
    public AgentUpstream Upstream { get; }

    /// <summary>Gives back what is left, of a session that is over.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<AgentLife>? last;
        lock (_lock)
        {
            _closed = true;
            last = _life;
        }

        Upstream.Dispose();
        await GoneAsync(last).ConfigureAwait(false);
    }

    private static async Task GoneAsync(Task<AgentLife>? life)
    {
        if (life is null)
        {
            return;
        }

        await ((Task)life).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (life.IsCompletedSuccessfully)
        {
            await (await life.ConfigureAwait(false)).Gone.ConfigureAwait(false);
        }
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        // Who goes away meanwhile doesn't stop it: others may wait for the same one.
        var life = await LifeAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await life.ConnectAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<AgentLife> LifeAsync()
    {
        lock (_lock)
        {
            if (_closed)
            {
                throw new AgentUnavailableException(503, "the session is over");
            }

            if (_life is not null && !_isOver)
            {
                return _life;
            }

            if (_falls.Left > TimeSpan.Zero)
            {
                throw new AgentUnavailableException(503, "the agent ended, and isn't started again yet");
            }

            _isOver = false;
            return _life = StartAsync(_life);
        }
    }

    private async Task<AgentLife> StartAsync(Task<AgentLife>? before)
    {
        // Not under the lock of whoever asked.
        await Task.Yield();
        try
        {
            await GoneAsync(before).ConfigureAwait(false);
            var life = await StartInTurnAsync(_live.Session.Revoked).ConfigureAwait(false);
            _ = life.FollowAsync(Fall);
            return life;
        }
        catch (Exception e)
        {
            Fall(TimeSpan.Zero);
            throw e as AgentUnavailableException
                ?? new AgentUnavailableException(503, $"the agent can't be started: {e.Message}", e);
        }
    }

    private async Task<AgentLife> StartInTurnAsync(CancellationToken over)
    {
        await _starting.WaitAsync(over).ConfigureAwait(false);
        try
        {
            // A pause waits until there is something that it can hold.
            await _live.Moving.WaitAsync(over).ConfigureAwait(false);
            try
            {
                return _live.Session.State == SessionState.Running
                    ? await _start.StartAsync(over).ConfigureAwait(false)
                    : throw new AgentUnavailableException(503, "the session is paused or over");
            }
            finally
            {
                _live.Moving.Release();
            }
        }
        finally
        {
            _starting.Release();
        }
    }

    private void Fall(TimeSpan lived)
    {
        lock (_lock)
        {
            _falls.Add(lived);
            _isOver = true;
        }
    }
}
