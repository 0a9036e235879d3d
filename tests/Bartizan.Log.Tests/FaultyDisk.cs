using Bartizan.Log.Disks;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Tests;

/// <summary>A disk that fills up, fails to sync, tears a write, or waits to be told to go on.</summary>
internal sealed class FaultyDisk : ILogDisk
{
    private int _syncs;

    public bool Full { get; set; }

    public bool TearsWrites { get; set; }

    public bool FailsToSync { get; set; }

    public ManualResetEventSlim MaySync { get; } = new(initialState: true);

    public ManualResetEventSlim Syncing { get; } = new();

    public int Syncs => Volatile.Read(ref _syncs);

    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        if (TearsWrites)
        {
            SystemDisk.Instance.Write(file, bytes[..(bytes.Length / 2)], offset);
        }

        if (Full || TearsWrites)
        {
            throw new IOException("No space left on device");
        }

        SystemDisk.Instance.Write(file, bytes, offset);
    }

    public void Sync(SafeFileHandle file)
    {
        Syncing.Set();
        MaySync.Wait();
        if (FailsToSync)
        {
            throw new IOException("Input/output error");
        }

        SystemDisk.Instance.Sync(file);
        Interlocked.Increment(ref _syncs);
    }
}
