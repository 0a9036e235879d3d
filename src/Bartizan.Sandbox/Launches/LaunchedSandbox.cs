using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Sandbox.Bubblewrap;
using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Native;
using Bartizan.Sandbox.Observation;
using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox.Launches;

/// <summary>
/// One sandbox: in bubblewrap, or in a container, where the engine stands in place of bwrap.
/// <code>
/// daemon ── posix_spawn ──► launch ─exec─► bwrap ──► bwrap (init, PID 1 inside) ──► shim ─exec─► agent
///    │ ◄─────────────────────── ready, as process P, user U ───────────────────────  │
///    │ ── spawned beside, early ► inject ── joins P's network ─── listeners ────►  │
///    │ ─────────────────────────────────── go ──────────────────────────────────────►│ Landlock, seccomp
///    │ ◄───────────────────────── end of file: the agent runs ─────────────────────  │
/// </code>
/// </summary>
internal sealed partial class LaunchedSandbox : ISandbox
{
    private readonly SandboxPlan _plan;
    private readonly HostReport _host;
    private readonly SyscallFilter _filter;
    private readonly LaunchPatience _patience;
    private readonly TimeProvider _time;
    private readonly Action<SessionId> _onCollected;
    private readonly SandboxWires _wires;
    private readonly SemaphoreSlim _ending = new(1, 1);
    private readonly TaskCompletionSource<SandboxExit> _exited = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    private HostUserPool.Reservation? _user;
    private SandboxCgroup? _cgroup;
    private ISandboxLaunch? _launch;
    private LiveProcesses? _live;
    private Observer? _observer;
    private ControlSocket? _sync;
    private SandboxReceipt? _receipt;
    private Task _spawning = Task.CompletedTask;
    private bool _collected;
    private volatile bool _killed;

    public LaunchedSandbox(
        SandboxPlan plan,
        HostReport host,
        SyscallFilter filter,
        LaunchPatience patience,
        TimeProvider time,
        Action<SessionId> onCollected
    )
    {
        _plan = plan;
        _host = host;
        _filter = filter;
        _patience = patience;
        _time = time;
        _onCollected = onCollected;
        _wires = new SandboxWires(time);
    }

    /// <summary>What launched it, for tests.</summary>
    internal ISandboxLaunch? LaunchedBy => _launch;

    /// <summary>The process that sees what goes on inside, for tests.</summary>
    internal int ObservedBy => _observer?.Process ?? 0;

    public SessionId Id => _plan.Id;

    public SandboxReceipt Receipt => _receipt ?? throw NotYet("created");

    public Stream Input => _wires.Input ?? throw NotYet("created");

    public Stream Output => _wires.Output ?? throw NotYet("created");

    public Stream Error => _wires.Error ?? throw NotYet("created");

    public Task<SandboxExit> Exited => _exited.Task;

    /// <summary>Takes what the sandbox needs of the host, and has its launch built, which checks the plan.</summary>
    public void Reserve(CgroupHost cgroups, HostUserPool.Reservation? user, Func<SandboxCgroup, ISandboxLaunch> build)
    {
        _user = user;
        _cgroup = cgroups.Make(Id, _plan.Limits);
        _launch = build(_cgroup);
    }

    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        var launch = _launch ?? throw NotYet("prepared");
        using var timeout = new CancellationTokenSource(_patience.Launch, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            _spawning = SpawnAsync(launch);
            await _spawning.ConfigureAwait(false);
            var ready = await _sync!.ReceiveAsync(either.Token).ConfigureAwait(false);
            await AcceptReadyAsync(ready).ConfigureAwait(false);
            ThrowIfKilled();
            await launch.CheckAsync(_live!.Agent, _live.Init, either.Token).ConfigureAwait(false);
            _receipt = ReceiptOf(ready.User);
        }
        catch (SandboxUnavailableException)
        {
            _live?.Strike(); // at once: nothing waits for a go that won't come
            throw;
        }
        catch (OperationCanceledException late) when (timeout.IsCancellationRequested)
        {
            throw new SandboxUnavailableException(
                $"The sandbox did not come up within {_patience.Launch.TotalSeconds:0} seconds.",
                late
            );
        }
        catch (IOException failure)
        {
            throw new SandboxUnavailableException(
                $"The sandbox can't be created: {failure.Message.TrimEnd('.')}.",
                failure
            );
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_plan.Network && _listeners is null)
        {
            throw NotYet("injected");
        }

        var sync = _sync ?? throw NotYet("created");
        ThrowIfKilled();
        if (!_plan.Network && _injection is { } injection)
        {
            // INVARIANT: a container is sealed by who opens its listeners, before anything runs.
            await injection.SealAsync(_live!.Agent, _plan, cancellationToken).ConfigureAwait(false);
        }

        sync.Send("G");
        var end = await sync.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        if (_observer is { } observer)
        {
            end = await observer.TakeAsync(end, sync, cancellationToken).ConfigureAwait(false);
        }

        if (end.Text.Length > 0)
        {
            throw new SandboxUnavailableException($"`{_plan.Command[0]}` can't be started in the sandbox: {end.Text}.");
        }

        sync.Dispose();
    }

    public IAsyncEnumerable<Sighting> SeenAsync(CancellationToken cancellationToken) =>
        _observer?.ReadAsync(cancellationToken) ?? AsyncEnumerable.Empty<Sighting>();

    public bool IsSeen => _plan.Seen != SeenKind.Nothing;

    public void Resize(TerminalSize size) => _wires.Resize(size);

    public Task<PauseTier> PauseAsync(CancellationToken cancellationToken) =>
        (_live ?? throw NotYet("created")).PauseAsync(cancellationToken);

    public Task ResumeAsync(CancellationToken cancellationToken)
    {
        (_live ?? throw NotYet("created")).Resume();
        return Task.CompletedTask;
    }

    public async Task<KillReport> KillAsync(CancellationToken cancellationToken)
    {
        _killed = true;

        // No way out or in before anything else: what is not dead yet has no network any more.
        CutOff();
        _live?.Strike();
        await _ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await KillOnceAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _ending.Release();
        }
    }

    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        await _ending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_collected)
            {
                return;
            }

            if (_live is not null)
            {
                _killed |= !Exited.IsCompleted;
                await KillOnceAsync(cancellationToken).ConfigureAwait(false);
                await Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            await ReleaseAsync(cancellationToken).ConfigureAwait(false);
            _collected = true;
        }
        finally
        {
            _ending.Release();
        }
    }

    public async ValueTask DisposeAsync() => await CollectAsync(CancellationToken.None).ConfigureAwait(false);

    private static InvalidOperationException NotYet(string step) => new($"the sandbox is not {step} yet");

    private async Task SpawnAsync(ISandboxLaunch launch)
    {
        var (ours, theirs) = Descriptor.SocketPair();
        _sync = new ControlSocket(ours);
        var diagnosticsEnd = _wires.OpenDiagnostics();
        (Descriptor, Descriptor, Descriptor)? streams = _plan.Terminal is null ? _wires.OpenPipes() : null;
        try
        {
            var started = await launch
                .SpawnAsync(theirs, diagnosticsEnd, streams, _filter.Bytes.AsSpan())
                .ConfigureAwait(false);
            _live = new LiveProcesses(started, _cgroup!, launch.HasMonitor, _host.Pause, _patience.Kill, _time);
            _ = WatchAsync(_live);
            ThrowIfKilled();
        }
        finally
        {
            launch.Dispose();
            theirs.Dispose();
            diagnosticsEnd.Dispose();
            if (streams is var (input, output, error))
            {
                Descriptor.CloseAll([input, output, error]);
            }
        }

        if (_plan.Seen != SeenKind.Nothing)
        {
            _observer = await Observer.StartAsync(_user?.User, launch.HasMonitor).ConfigureAwait(false);
        }

        if (_plan.Network || launch.HasMonitor)
        {
            _injection = await ListenerInjection.StartAsync().ConfigureAwait(false);
        }
    }

    private async Task WatchAsync(LiveProcesses live)
    {
        var (code, signal) = await live.EndedAsync().ConfigureAwait(false);
        const int signalBase = 128;
        _exited.TrySetResult(new SandboxExit(code, signal ?? (code > signalBase ? code - signalBase : null), _killed));
    }

    private async Task AcceptReadyAsync(ControlMessage ready)
    {
        if (ready.Text != "R")
        {
            Descriptor.CloseAll(ready.Descriptors);
            throw new SandboxUnavailableException(
                $"The sandbox can't be created: {(ready.Text.Length > 0 ? ready.Text : await _wires.WhatWasSaidAsync().ConfigureAwait(false))}."
            );
        }

        await _live!.KnowAsync(ready.Process).ConfigureAwait(false);

        // INVARIANT: the host user is what was reserved, and never root, seen from outside.
        if (ready.User == 0 || (_user is { } user && ready.User != user.User))
        {
            Descriptor.CloseAll(ready.Descriptors);
            throw new SandboxUnavailableException(
                "The sandbox can't be created: it does not run as its own host user."
            );
        }

        if (_plan.Terminal is { } size)
        {
            if (ready.Descriptors is not [var terminal])
            {
                Descriptor.CloseAll(ready.Descriptors);
                throw new SandboxUnavailableException("The sandbox can't be created: it made no terminal.");
            }

            _wires.Take(terminal, size);
        }
    }

    private SandboxReceipt ReceiptOf(int hostUser)
    {
        var namespaces = ProcessFamily.SeparateNamespaces(_live!.Agent);
        var required = ProcessFamily.RequiredNamespaces.Except(namespaces).ToList();
        if (required.Count > 0)
        {
            throw new SandboxUnavailableException(
                $"The sandbox can't be created: it shares the host's namespace `{required[0]}`."
            );
        }

        // A limit that the receipt names and the sandbox is not under would be worse than none.
        if (_cgroup is { } cgroup && !cgroup.Holds(_live.Agent))
        {
            throw new SandboxUnavailableException("The sandbox can't be created: it is not in its cgroups.");
        }

        return _launch!.Receipt(hostUser, namespaces);
    }

    private async Task<KillReport> KillOnceAsync(CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();

        // What is being spawned is there to be ended, whatever becomes of the launch.
        await _spawning.ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        if (_live is not { } live || _collected)
        {
            return new KillReport(_time.GetElapsedTime(started), VerifiedEmpty: true, "nothing runs", Swept: 0);
        }

        live.Strike();
        var (evidence, swept) = await live.EmptiedAsync(cancellationToken).ConfigureAwait(false);
        if (live.Init == 0 && await _launch!.EndUnreadyAsync(cancellationToken).ConfigureAwait(false) is { } unready)
        {
            (evidence, swept) = (unready.Evidence, swept + unready.Ended);
        }

        return new KillReport(_time.GetElapsedTime(started), evidence.Length > 0, evidence, swept);
    }

    private void ThrowIfKilled()
    {
        if (_killed)
        {
            _live?.Strike();
            throw new SandboxUnavailableException($"The sandbox of session `{Id}` was killed.");
        }
    }

    private async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        _launch?.Dispose();
        CutOff();
        if (_observer is { } observer)
        {
            await observer.EndAsync(_patience.Kill, _time).ConfigureAwait(false);
        }

        if (_injection is { } injection)
        {
            await injection.DisposeAsync().ConfigureAwait(false);
        }

        _sync?.Dispose();
        await _wires.DisposeAsync().ConfigureAwait(false);
        if (_launch is { } launch)
        {
            await launch.CollectAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_live is { } live)
        {
            await live.MonitorGoneAsync(cancellationToken).ConfigureAwait(false);
            live.Dispose();
        }

        if (_cgroup is { } cgroup)
        {
            await cgroup.ClearAsync(_patience.Kill, cancellationToken).ConfigureAwait(false);
        }

        _user?.Dispose();
        _onCollected(Id);
    }
}
