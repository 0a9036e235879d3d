using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Native;

/// <summary>A process we started, held by its pidfd: signals never hit a stranger that took over its number.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int InformationSize = 128; // siginfo_t
    private const int CodeOffset = 8,
        StatusOffset = 24;
    private const int Exited_ = 1;

    private readonly Descriptor _pidfd;

    public ChildProcess(int id)
    {
        Id = id;
        _pidfd = OpenPidfd(id);
        Exited = ReapAsync();
    }

    /// <summary>Its process id.</summary>
    public int Id { get; }

    /// <summary>Completes with its end; the process is reaped.</summary>
    public Task<(int Code, int? Signal)> Exited { get; }

    /// <summary>A descriptor of any process, that becomes readable when it ends.</summary>
    public static Descriptor OpenPidfd(int id)
    {
        var pidfd = new Descriptor((int)Libc.syscall(Libc.SysPidfdOpen, id, 0, 0, 0));
        return pidfd.IsInvalid ? throw Descriptor.Failure($"open process {id}") : pidfd;
    }

    /// <summary>Signals the process behind a pidfd; false when it is gone.</summary>
    public static bool Signal(Descriptor pidfd, int signal)
    {
        var added = false;
        try
        {
            pidfd.DangerousAddRef(ref added);
            return Libc.syscall(Libc.SysPidfdSendSignal, pidfd.Number, signal, 0, 0) == 0;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            if (added)
            {
                pidfd.DangerousRelease();
            }
        }
    }

    /// <summary>Kills it; false when it is gone already.</summary>
    public bool Kill() => Signal(_pidfd, Libc.SIGKILL);

    public void Dispose() => _pidfd.Dispose();

    private async Task<(int, int?)> ReapAsync()
    {
        await Readiness.ReadableAsync(_pidfd, CancellationToken.None).ConfigureAwait(false);
        return Reap();
    }

    private unsafe (int, int?) Reap()
    {
        var information = stackalloc byte[InformationSize];
        while (Libc.waitid(Libc.P_PIDFD, _pidfd.Number, information, Libc.WEXITED) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                throw Descriptor.Failure("wait for a process");
            }
        }

        var (code, status) = (*(int*)(information + CodeOffset), *(int*)(information + StatusOffset));
        return code == Exited_ ? (status, null) : (128 + status, status);
    }
}
