using System.Text.Json;
using Bartizan.Client;
using Bartizan.Client.Sessions;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Inbound;

namespace Bartizan.Daemon.Serving;

/// <summary>
/// The sessions of one served agent's users.
/// <code>
/// first request ─ open ─ running ─ requests ─ idle for long ─ ended ─ the next request opens another
///                                └ killed ─ refused for as long as it would have been kept
/// </code>
/// INVARIANT: a session acts for the one caller that it was opened for, and no other caller's request is ever made as it.
/// </summary>
internal sealed class ServedSessions(Rooms rooms, ServedAgent agent, Func<AttachEndpoints> endpoints)
    : IServedSessions,
        IAsyncDisposable
{
    /// <summary>How often it is looked for sessions that are idle, as parts of the time that they are kept.</summary>
    private const int LooksInIdle = 4;

    /// <summary>Sessions of one user at once: of whom a later token says other things has another, and no third.</summary>
    public const int MaxOfUser = 2;

    /// <summary>Sandboxes of one agent that are started at once: further ones wait for their turn, as long as their callers do.</summary>
    public const int MaxStarting = 4;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _starting = new(MaxStarting, MaxStarting);
    private readonly Dictionary<Caller, HeldSession> _held = [];
    private readonly Dictionary<SessionId, HeldSession> _byId = [];
    private int _ending;
    private ITimer? _looks;
    private bool _closed;

    /// <summary>Sessions now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ServedSession?> EnterAsync(Caller caller, CancellationToken cancellationToken)
    {
        HeldSession? held;
        lock (_lock)
        {
            held = _closed ? null : Find(caller) ?? Begin(caller);
            if (held is null)
            {
                return null;
            }

            held.UnderWay++;
        }

        try
        {
            // Who goes away meanwhile doesn't stop it: others may wait for the same one.
            return await held.Opening!.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Leave(held, wasGranted: false);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Leave(ServedSession session, bool wasGranted)
    {
        ArgumentNullException.ThrowIfNull(session);
        HeldSession? held;
        lock (_lock)
        {
            held = _byId.GetValueOrDefault(session.Session.Id);
        }

        if (held is not null)
        {
            Leave(held, wasGranted);
        }
    }

    /// <summary>Ends all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        List<HeldSession> all;
        lock (_lock)
        {
            _closed = true;
            all = [.. _held.Values];
            _held.Clear();
            _byId.Clear();
        }

        if (_looks is not null)
        {
            await _looks.DisposeAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(all.Select(held => EndAsync(held, "its agent isn't served any more"))).ConfigureAwait(false);
    }

    // INVARIANT: who was killed doesn't come back as somebody of whom other things are said: they get the session that was killed.
    private HeldSession? Find(Caller caller) =>
        _held.GetValueOrDefault(caller)
        ?? _held.Values.FirstOrDefault(one => one.IsOver && one.Caller.Limited == caller.Limited);

    // INVARIANT: one user can't take the places of all, in however many words: the one that they left goes for the one that they want.
    // And who was never let through to the agent keeps nobody out who could be.
    private HeldSession? Begin(Caller caller)
    {
        List<HeldSession> own = [.. _held.Values.Where(one => one.Caller.Limited == caller.Limited)];
        if (own.Count >= MaxOfUser)
        {
            if (own.Where(one => one.UnderWay == 0).MinBy(one => one.Left) is not { } left)
            {
                return null;
            }

            Retire(left, "its user has another");
        }
        else if (IsFull && _held.Values.Where(one => one.IsSpare).MinBy(one => one.Left) is { } spare)
        {
            Retire(spare, "others need its place, and nothing was allowed in it");
        }

        if (IsFull)
        {
            return null;
        }

        var held = new HeldSession(caller);
        _held.Add(caller, held);
        held.Opening = OpenAsync(held);
        Look();
        return held;
    }

    // What ends still holds its sandbox.
    private bool IsFull => _held.Count + _ending >= agent.Terms.MaxSessions;

    private void Leave(HeldSession held, bool wasGranted)
    {
        lock (_lock)
        {
            held.UnderWay--;
            held.WasGranted |= wasGranted;
            held.Left = rooms.Clock.GetTimestamp();
        }
    }

    private void Look()
    {
        var every = agent.Terms.Idle / LooksInIdle;
        _looks ??= rooms.Clock.CreateTimer(static one => ((ServedSessions)one!).EndIdle(), this, every, every);
    }

    private void EndIdle()
    {
        lock (_lock)
        {
            var now = rooms.Clock.GetTimestamp();
            List<HeldSession> idle =
            [
                .. _held.Values.Where(held =>
                    held.UnderWay == 0 && rooms.Clock.GetElapsedTime(held.Left, now) >= agent.Terms.Idle
                ),
            ];

            // INVARIANT: nobody enters a session that is about to be ended for being idle.
            foreach (var held in idle)
            {
                Retire(held, "nobody used it for long");
            }
        }
    }

    // Under the lock.
    private void Retire(HeldSession held, string why)
    {
        Drop(held);
        if (held.WasGranted)
        {
            _ending++;
        }

        _ = RetireAsync(held, held.WasGranted, why);
    }

    private async Task RetireAsync(HeldSession held, bool counts, string why)
    {
        try
        {
            await EndAsync(held, why).ConfigureAwait(false);
        }
        finally
        {
            lock (_lock)
            {
                _ending -= counts ? 1 : 0;
            }
        }
    }

    private async Task EndAsync(HeldSession held, string why)
    {
        // Not under the lock of whoever asked: an end closes, kills and writes.
        await Task.Yield();
        await ((Task)held.Opening!).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (held.Live is { } live)
        {
            await rooms.Owner.EndAsync(live, "bartizan", live.KilledBecause ?? why).ConfigureAwait(false);
            await live.Gone.Task.ConfigureAwait(false);
        }
    }

    private async Task<ServedSession> OpenAsync(HeldSession held)
    {
        // Not under the lock of whoever asked.
        await Task.Yield();
        try
        {
            return await OpenSessionAsync(held).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
            {
                Drop(held);
            }

            throw;
        }
    }

    private async Task<ServedSession> OpenSessionAsync(HeldSession held)
    {
        var manifest = agent.Manifest;
        var (session, control) = Session.Open(
            SessionId.New(),
            manifest,
            Policy.Compile(manifest),
            agent.Person,
            observe: false,
            held.Caller.User
        );
        var live = agent.Begin(rooms, session, control);
        if (!rooms.Sessions.Add(live))
        {
            throw new IOException("the instance is going down");
        }

        _ = ForgetWhenOverAsync(held, live);
        try
        {
            Begin(held, live);
            const string Reason = "a caller's first request";
            rooms.Policies.Keep(Policy.NormalFormOf(manifest), agent.Text);
            await rooms
                .Owner.RecordAsync(session, "preparing", agent.Person, Reason, CancellationToken.None)
                .ConfigureAwait(false);
            rooms.Lender.Open(
                session.Id,
                manifest.Agent,
                manifest.Credentials,
                agent.Folder,
                agent.Credentials,
                manifest.Providers
            );
            var token = rooms.Tokens.Mint(session.Id);
            if (!held.IsOver)
            {
                await rooms
                    .Owner.RecordAsync(session, "running", agent.Person, Reason, CancellationToken.None)
                    .ConfigureAwait(false);
            }

            // Before the start: whoever ends the session from then on finds it. Until then no sandbox is started.
            held.Agent = agent.IsInside ? new SandboxedAgent(rooms, agent, live, token, _starting) : null;
            if (!control.Start())
            {
                // INVARIANT: what was opened after its end is closed here: who ended it had nothing to close yet.
                rooms.Tokens.Revoke(session.Id);
                rooms.Lender.Close(session.Id);
                if (held.Agent is { } unused)
                {
                    await unused.DisposeAsync().ConfigureAwait(false);
                }
            }

            var served = new ServedSession(
                session,
                token,
                JsonSerializer.Serialize(endpoints().For([.. manifest.Servers.Keys]), Wire.Options)
            )
            {
                Agent = held.Agent?.Upstream,
            };
            return served;
        }
        catch
        {
            held.CouldNotOpen = true;
            await rooms.Owner.EndAsync(live, "bartizan", "could not be opened").ConfigureAwait(false);
            throw;
        }
    }

    // INVARIANT: it is known by its session from its first moment on: who is killed while it opens stays out, as whoever is later.
    private void Begin(HeldSession held, LiveSession live)
    {
        lock (_lock)
        {
            held.Live = live;
            if (_held.GetValueOrDefault(held.Caller) != held)
            {
                throw new IOException("nobody waits for this session any more");
            }

            _byId.Add(live.Session.Id, held);
        }
    }

    // Under the lock.
    private void Drop(HeldSession held)
    {
        if (_held.GetValueOrDefault(held.Caller) == held)
        {
            _held.Remove(held.Caller);
        }

        if (held.Live is { } live)
        {
            _byId.Remove(live.Session.Id);
        }
    }

    private async Task ForgetWhenOverAsync(HeldSession held, LiveSession live)
    {
        await live.Over.Task.ConfigureAwait(false);
        EndWith(held);
        try
        {
            if (held.Agent is { } sandboxed)
            {
                await sandboxed.DisposeAsync().ConfigureAwait(false);
                ServedCopies.End(rooms.State, live.Session.Id);
            }
        }
        finally
        {
            await rooms.ForgetAsync(live).ConfigureAwait(false);
        }

        lock (_lock)
        {
            // Who was killed isn't let in by asking again: the place is kept until it would have been idle for long.
            held.Left = rooms.Clock.GetTimestamp();
        }
    }

    // INVARIANT: a kill is of its user: what they have open in other words ends with it, and stays known as over.
    private void EndWith(HeldSession killed)
    {
        List<HeldSession> others = [];
        lock (_lock)
        {
            if (_held.GetValueOrDefault(killed.Caller) == killed && !killed.CouldNotOpen)
            {
                others =
                [
                    .. _held.Values.Where(one =>
                        one.Caller.Limited == killed.Caller.Limited && one != killed && !one.IsOver
                    ),
                ];
            }
        }

        foreach (var other in others)
        {
            _ = EndAsync(other, "its user was killed in another session");
        }
    }
}
