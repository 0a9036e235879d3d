using Bartizan.Sandbox.ControlGroups;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>The processes of one sandbox, from spawn to the proof that none is left.</summary>
internal sealed class LiveProcesses(
    ChildProcess bubblewrap,
    SandboxCgroup cgroup,
    PauseTier pause,
    TimeSpan patience,
    TimeProvider time
) : IDisposable
{
    private readonly Task _admitted = Task.Run(() => cgroup.Admit(bubblewrap.Id));
    private Descriptor? _init;
    private volatile bool _paused;

    /// <summary>The agent's first process, by its number on the host.</summary>
    public int Agent { get; private set; }

    /// <summary>Takes note of the agent's process, which its init is the parent of, before it has run.</summary>
    public async Task KnowAsync(int agent)
    {
        Agent = agent;
        var init = ProcessFamily.ParentOf(agent);
        _init = ChildProcess.OpenPidfd(init);

        // Whoever was made before bwrap was admitted; none of the three makes another until the go.
        await _admitted.ConfigureAwait(false);
        cgroup.Admit(init);
        cgroup.Admit(agent);
    }

    /// <summary>Completes when bwrap has ended, and with its init everything in the sandbox.</summary>
    public async Task<(int Code, int? Signal)> EndedAsync()
    {
        var end = await bubblewrap.Exited.ConfigureAwait(false);
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

        bubblewrap.Kill();
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

            await bubblewrap.Exited.WaitAsync(either.Token).ConfigureAwait(false);
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

    public void Dispose()
    {
        _init?.Dispose();
        bubblewrap.Dispose();
    }

    // A PID namespace's init only ends after every process in it has.
    private static async Task GoneAsync(Descriptor init, CancellationToken cancellationToken)
    {
        using var watched = init.Duplicate();
        await Readiness.ReadableAsync(watched, cancellationToken).ConfigureAwait(false);
    }
}
