using System.Runtime.InteropServices;

namespace Bartizan.Log.Native;

/// <summary>Calls of the C library that .NET doesn't offer: fdatasync(2), fsync(2) of a directory, setpriority(2) of a thread.</summary>
internal static partial class LibC
{
    private const int Interrupted = 4;
    private const int PrioProcess = 0;
    private const int CallingThread = 0;

    // A tenth of a processor's share beside one busy thread: it still goes on when the machine is full.
    private const int BackgroundNice = 10;

    private const int ReadOnlyDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC

    /// <summary>Puts a file's bytes, and the size needed to read them back, on stable storage.</summary>
    public static void SyncFile(SafeHandle file)
    {
        while (FDataSync(file) != 0)
        {
            ThrowUnlessInterrupted("fdatasync");
        }
    }

    /// <summary>Makes names that were added to or removed from a directory durable.</summary>
    public static void SyncDirectory(string path)
    {
        var descriptor = Open(path, ReadOnlyDirectory);
        if (descriptor < 0)
        {
            throw Failure($"opening the directory `{path}`");
        }

        try
        {
            while (FSync(descriptor) != 0)
            {
                ThrowUnlessInterrupted("fsync");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        if (Marshal.GetLastPInvokeError() != Interrupted)
        {
            throw Failure(call);
        }
    }

    private static IOException Failure(string what)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{what} failed: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FDataSync(SafeHandle file);

    /// <summary>Lets everything else go first on the processors, for as long as the calling thread lives. Best effort.</summary>
    public static void StandBack() => _ = SetPriority(PrioProcess, CallingThread, BackgroundNice);

    // Linux counts niceness by thread, and 0 is the one that calls.
    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, int who, int nice);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
