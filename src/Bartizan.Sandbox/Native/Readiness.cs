using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Native;

/// <summary>
/// One thread that waits (epoll) for every descriptor of this room: exits of processes, pipes, terminals, sync sockets. No
/// sandbox costs a blocked thread.
/// </summary>
internal static class Readiness
{
    private const int OccurrenceSize = 12; // struct epoll_event, packed on x86-64
    private const int OccurrenceSizeAligned = 16; // elsewhere
    private const int MostAtOnce = 64;

    private static readonly ConcurrentDictionary<long, Wait> Waits = new();
    private static readonly Descriptor Epoll = Start();
    private static long _lastId;

    private static int SizeOfOccurrence =>
        RuntimeInformation.ProcessArchitecture == Architecture.X64 ? OccurrenceSize : OccurrenceSizeAligned;

    private static int OffsetOfId => SizeOfOccurrence - sizeof(long);

    /// <summary>Completes when the descriptor can be read (or has ended).</summary>
    public static Task ReadableAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        WaitAsync(descriptor, Libc.EPOLLIN, cancellationToken);

    /// <summary>Completes when the descriptor can be written (or has ended).</summary>
    public static Task WritableAsync(Descriptor descriptor, CancellationToken cancellationToken) =>
        WaitAsync(descriptor, Libc.EPOLLOUT, cancellationToken);

    private static async Task WaitAsync(Descriptor descriptor, uint what, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var id = Interlocked.Increment(ref _lastId);
        var wait = new Wait(descriptor);
        Waits[id] = wait;
        try
        {
            Register(id, descriptor, what);
            using var cancelled = cancellationToken.UnsafeRegister(
                static (state, token) => ((Wait)state!).Ready.TrySetCanceled(token),
                wait
            );
            await wait.Ready.Task.ConfigureAwait(false);
        }
        finally
        {
            Forget(id, wait);
        }
    }

    private static unsafe void Register(long id, Descriptor descriptor, uint what)
    {
        var occurrence = stackalloc byte[OccurrenceSizeAligned];
        *(uint*)occurrence = what | Libc.EPOLLONESHOT;
        *(long*)(occurrence + OffsetOfId) = id;
        if (Libc.epoll_ctl(Epoll, Libc.EPOLL_CTL_ADD, descriptor, occurrence) != 0)
        {
            throw Descriptor.Failure("wait for a descriptor");
        }
    }

    private static unsafe void Forget(long id, Wait wait)
    {
        if (Waits.TryRemove(id, out _) && !wait.Descriptor.IsClosed)
        {
            var ignored = stackalloc byte[OccurrenceSizeAligned];
            try
            {
                _ = Libc.epoll_ctl(Epoll, Libc.EPOLL_CTL_DEL, wait.Descriptor, ignored);
            }
            catch (ObjectDisposedException)
            {
                // Closed in between; the kernel has forgotten it too.
            }
        }
    }

    private static Descriptor Start()
    {
        var epoll = new Descriptor(Libc.epoll_create1(Libc.EPOLL_CLOEXEC));
        if (epoll.IsInvalid)
        {
            throw Descriptor.Failure("make an epoll");
        }

        new Thread(() => Loop(epoll)) { IsBackground = true, Name = "sandbox readiness" }.Start();
        return epoll;
    }

    private static unsafe void Loop(Descriptor epoll)
    {
        var occurrences = stackalloc byte[MostAtOnce * OccurrenceSizeAligned];
        while (true)
        {
            var count = Libc.epoll_wait(epoll, occurrences, MostAtOnce, -1);
            for (var i = 0; i < count; i++)
            {
                var id = *(long*)(occurrences + (i * SizeOfOccurrence) + OffsetOfId);
                if (Waits.TryGetValue(id, out var wait))
                {
                    wait.Ready.TrySetResult();
                }
            }
        }
    }

    private sealed class Wait(Descriptor descriptor)
    {
        public Descriptor Descriptor { get; } = descriptor;

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
