using Bartizan.Log.Native;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Disks;

/// <summary>The disk of this machine: pwrite(2) and fdatasync(2).</summary>
public sealed class SystemDisk : ILogDisk
{
    private SystemDisk() { }

    /// <summary>The one instance; it has no state.</summary>
    public static SystemDisk Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset) =>
        RandomAccess.Write(file, bytes, offset);

    /// <inheritdoc/>
    public void Sync(SafeFileHandle file) => LibC.SyncFile(file);

    /// <summary>Makes names that were added to or removed from a directory durable (fsync of the directory).</summary>
    public static void SyncDirectory(string path) => LibC.SyncDirectory(path);
}
