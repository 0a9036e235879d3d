using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Disks;

/// <summary>
/// What the log asks of a disk while it commits. The seam where tests and benchmarks put a slow, a full or a lying disk.
/// Different files may be synced at once.
/// </summary>
public interface ILogDisk
{
    /// <summary>Writes all of <paramref name="bytes"/> at <paramref name="offset"/>.</summary>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Returns when everything written to the file is on stable storage (fdatasync).</summary>
    void Sync(SafeFileHandle file);
}
