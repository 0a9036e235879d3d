using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Disks;

/// <summary>
/// A disk whose sync takes longer by a fixed time: for measurements that must not depend on a virtual disk which
/// acknowledges from a cache.
/// </summary>
public sealed class SlowDisk(ILogDisk inner, TimeSpan syncDelay) : ILogDisk
{
    private readonly ManualResetEventSlim _never = new();

    /// <inheritdoc/>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) => inner.Write(file, bytes, offset);

    /// <inheritdoc/>
    public void Sync(SafeFileHandle file)
    {
        _ = _never.Wait(syncDelay);
        inner.Sync(file);
    }
}
