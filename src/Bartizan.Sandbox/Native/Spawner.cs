using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Native;

/// <summary>
/// Starts processes from one thread that lives as long as this process does: <c>--die-with-parent</c> is PDEATHSIG, which
/// fires when the <em>thread</em> that spawned ends, so a pool thread would kill sandboxes at random.
/// </summary>
internal static unsafe class Spawner
{
    private const int ActionsSize = 256; // posix_spawn_file_actions_t has 80 bytes, posix_spawnattr_t 336, sigset_t 128
    private const int AttributesSize = 1024;
    private const int SignalSetSize = 256;

    /// <summary>Copies of what is passed get numbers above every target, so that no copy overwrites another's source.</summary>
    private const int AboveTargets = 512;

    private static readonly BlockingCollection<(Request Request, TaskCompletionSource<ChildProcess> Spawned)> Queue =
        Start();

    /// <summary>
    /// Starts <paramref name="file"/> with these arguments, no variables, default signal handling, a session of its own, and
    /// exactly the descriptors of <paramref name="descriptors"/> under the numbers given.
    /// </summary>
    public static Task<ChildProcess> SpawnAsync(
        string file,
        IReadOnlyList<string> arguments,
        IReadOnlyList<(Descriptor Descriptor, int Number)> descriptors
    )
    {
        var spawned = new TaskCompletionSource<ChildProcess>(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue.Add((new Request(file, arguments, descriptors), spawned));
        return spawned.Task;
    }

    private static BlockingCollection<(Request, TaskCompletionSource<ChildProcess>)> Start()
    {
        var queue = new BlockingCollection<(Request, TaskCompletionSource<ChildProcess>)>();
        new Thread(() => Loop(queue)) { IsBackground = true, Name = "sandbox spawner" }.Start();
        return queue;
    }

    private static void Loop(BlockingCollection<(Request, TaskCompletionSource<ChildProcess>)> queue)
    {
        foreach (var (request, spawned) in queue.GetConsumingEnumerable())
        {
            try
            {
                spawned.SetResult(Spawn(request));
            }
            catch (Exception failure)
            {
                spawned.SetException(failure);
            }
        }
    }

    private static ChildProcess Spawn(Request request)
    {
        var copies = new List<Descriptor>();
        var arguments = new nint[request.Arguments.Count + 2];
        byte* actions = stackalloc byte[ActionsSize],
            attributes = stackalloc byte[AttributesSize],
            signals = stackalloc byte[SignalSetSize];
        Check(Libc.posix_spawn_file_actions_init(actions), "prepare a spawn");
        Check(Libc.posix_spawnattr_init(attributes), "prepare a spawn");
        try
        {
            var last = 2;
            foreach (var (descriptor, number) in request.Descriptors)
            {
                var copy = descriptor.Duplicate(AboveTargets);
                copies.Add(copy);
                Check(Libc.posix_spawn_file_actions_adddup2(actions, copy.Number, number), "pass a descriptor");
                last = Math.Max(last, number);
            }

            Check(Libc.posix_spawn_file_actions_addclosefrom_np(actions, last + 1), "close descriptors");

            // The runtime ignores SIGPIPE and blocks others; children must not inherit that.
            _ = Libc.sigemptyset(signals);
            Check(Libc.posix_spawnattr_setsigmask(attributes, signals), "prepare a spawn");
            _ = Libc.sigfillset(signals);
            Check(Libc.posix_spawnattr_setsigdefault(attributes, signals), "prepare a spawn");
            const short flags = Libc.SpawnSetSignalDefaults | Libc.SpawnSetSignalMask | Libc.SpawnSetSession;
            Check(Libc.posix_spawnattr_setflags(attributes, flags), "prepare a spawn");

            arguments[0] = Marshal.StringToCoTaskMemUTF8(request.File);
            for (var i = 0; i < request.Arguments.Count; i++)
            {
                arguments[i + 1] = Marshal.StringToCoTaskMemUTF8(request.Arguments[i]);
            }

            int process;
            nint noVariables = 0;
            fixed (nint* vector = arguments)
            {
                Check(
                    Libc.posix_spawn(
                        &process,
                        (byte*)vector[0],
                        actions,
                        attributes,
                        (byte**)vector,
                        (byte**)&noVariables
                    ),
                    $"start `{request.File}`"
                );
            }

            return new ChildProcess(process);
        }
        finally
        {
            copies.ForEach(static copy => copy.Dispose());
            Array.ForEach(arguments, Marshal.FreeCoTaskMem);
            _ = Libc.posix_spawn_file_actions_destroy(actions);
            _ = Libc.posix_spawnattr_destroy(attributes);
        }
    }

    private static void Check(int error, string step)
    {
        if (error != 0)
        {
            Marshal.SetLastPInvokeError(error);
            throw Descriptor.Failure(step);
        }
    }

    private sealed record Request(
        string File,
        IReadOnlyList<string> Arguments,
        IReadOnlyList<(Descriptor Descriptor, int Number)> Descriptors
    );
}
