using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>The processes of one sandbox, from spawn to the proof that none is left.</summary>
internal sealed class LiveProcesses(
    ChildProcess started,
    SandboxCgroup cgroup,
    bool hasMonitor,
    PauseTier pause,
    TimeSpan patience,
    TimeProvider time
) : IDisposable
{
    private readonly Task _admitted = hasMonitor ? Task.CompletedTask : Task.Run(() => cgroup.Admit(started.Id));
    private Descriptor? _init;
    private Descriptor? _monitor;
    private volatile bool _paused;

    /// <summary>The agent's first process, by its number on the host.</summary>
    public int Agent { get; private set; }

    /// <summary>Its parent, the first of the sandbox; 0 before it is known.</summary>
    public int Init { get; private set; }

    /// <summary>Takes note of the agent's process, which its init is the parent of, before it has run.</summary>
    public async Task KnowAsync(int agent)
    {
        Agent = agent;
        var init = Init = ProcessFamily.ParentOf(agent);
        _init = ChildProcess.OpenPidfd(init);

        // Whoever was made before bwrap was admitted; none of the three makes another until the go.
        await _admitted.ConfigureAwait(false);
        if (hasMonitor)
        {
            _monitor = ChildProcess.OpenPidfd(ProcessFamily.ParentOf(init));

            // The two that there are: neither has run a byte of the agent's, and what they start inherits.
            cgroup.AdmitToAll(init);
            cgroup.AdmitToAll(agent);
            return;
        }

        cgroup.Admit(init);
        cgroup.Admit(agent);
    }

    /// <summary>Completes when what was started has ended, and with its init everything in the sandbox.</summary>
    public async Task<(int Code, int? Signal)> EndedAsync()
    {
        var end = await started.Exited.ConfigureAwait(false);
        if (_init is { } init)
        {
            // bwrap ends as soon as the agent's first process does; what that left running ends now.
            ChildProcess.Signal(init, Libc.SIGKILL);
            await GoneAsync(init, CancellationToken.None).ConfigureAwait(false);
        }

        return end;
    }

    /// <summary>Freezes all, by the strongest means there is.</summary>
    public async Task<PauseTier> PauseAsync(CancellationToken cancellationToken)
    {
        _paused = true;
        if (await cgroup.FreezeAsync(cancellationToken).ConfigureAwait(false))
        {
            return pause;
        }

        ProcessFamily.StopAll(Agent);
        return PauseTier.Stop;
    }

    /// <summary>Thaws all.</summary>
    public void Resume()
    {
        _paused = false;
        if (!cgroup.Thaw())
        {
            ProcessFamily.ContinueAll(Agent);
        }
    }

    /// <summary>The first blow: SIGKILL to the sandbox's init, which the kernel passes on to everything in its PID namespace.</summary>
    public void Strike()
    {
        if (_init is { } init)
        {
            ChildProcess.Signal(init, Libc.SIGKILL);
        }

        started.Kill();
        if (_paused)
        {
            cgroup.Thaw(); // v1 keeps even the dead frozen
        }
    }

    /// <summary>Waits until nobody is left and says what proves it; the sweep ends whom the first blow missed.</summary>
    public async Task<(string Evidence, int Swept)> EmptiedAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var swept = 0;
        try
        {
            if (_init is { } init)
            {
                await GoneAsync(init, either.Token).ConfigureAwait(false);
            }

            await started.Exited.WaitAsync(either.Token).ConfigureAwait(false);
            if (!cgroup.Exists)
            {
                return ("pidfd of init", 0);
            }

            while (true)
            {
                if (cgroup.EmptyBy() is { } evidence)
                {
                    return (evidence, swept);
                }

                swept += cgroup.Sweep();
                await Task.Delay(SandboxCgroup.LookAgain, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            return ("", swept);
        }
    }

    /// <summary>Completes when the engine's monitor, where there is one, has ended too, or has had time enough.</summary>
    public async Task MonitorGoneAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            if (_monitor is { } monitor)
            {
                await GoneAsync(monitor, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            ChildProcess.Signal(_monitor!, Libc.SIGKILL);
        }
    }

    public void Dispose()
    {
        _monitor?.Dispose();
        _init?.Dispose();
        started.Dispose();
    }

    // A PID namespace's init only ends after every process in it has.
    private static async Task GoneAsync(Descriptor init, CancellationToken cancellationToken)
    {
        using var watched = init.Duplicate();
        await Readiness.ReadableAsync(watched, cancellationToken).ConfigureAwait(false);
    }
}
