using System.Buffers.Binary;
using Bartizan.Log.Disks;
using Bartizan.Log.Tree;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Segments;

/// <summary>
/// The segment that grows, and the derived index beside it. Used by the log's one writer. The file is kept some zeros longer than
/// what stands in it: a sync of blocks that are there already is a write and a flush, while one that makes a file longer waits for the
/// file system's journal too.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    /// <summary>Zeros laid at a time: one commit in a thousand then comes just before a refill, and a kill leaves no more behind.</summary>
    public const int ReserveBytes = 1 << 20;

    private static readonly byte[] s_zeros = new byte[64 * 1024];

    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle _index;
    private byte[] _indexBuffer = [];
    private long _reserved;
    private bool _mayReserve = true;

    private SegmentWriter(SegmentFile segment, long end)
    {
        Segment = segment;
        End = end;
        _file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        _index = File.OpenHandle(segment.IndexPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    public SegmentFile Segment { get; }

    /// <summary>The end of what is durable.</summary>
    public long End { get; private set; }

    /// <summary>Makes the next segment; it exists whole or not at all.</summary>
    public static SegmentWriter Create(string directory, int number, string origin, CompactRange tree)
    {
        var header = SegmentHeader.For(origin, tree);
        var path = SegmentFile.PathOf(directory, number);
        DurableFile.Replace(path, header.Encode(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var segment = new SegmentFile(number, path, header);
        File.Delete(segment.IndexPath);
        var writer = new SegmentWriter(segment, SegmentHeader.Bytes);
        writer.Reserve();
        return writer;
    }

    /// <summary>Goes on with a segment that was read to <paramref name="end"/>; what lies behind is cut off.</summary>
    public static SegmentWriter Continue(SegmentFile segment, long end, ReadOnlySpan<byte> index)
    {
        var writer = new SegmentWriter(segment, end);
        if (RandomAccess.GetLength(writer._file) > end)
        {
            RandomAccess.SetLength(writer._file, end);
        }

        // What a killed writer left may be in the cache only; from here on it counts as durable.
        SystemDisk.Instance.Sync(writer._file);
        RandomAccess.SetLength(writer._index, index.Length);
        RandomAccess.Write(writer._index, index, 0);
        writer.Reserve();
        return writer;
    }

    /// <summary>Writes a commit and makes it durable.</summary>
    public void Commit(ILogDisk disk, ReadOnlySpan<byte> frames)
    {
        disk.Write(_file, frames, End);
        disk.Sync(_file);
        End += frames.Length;
    }

    /// <summary>
    /// Lays zeros behind the end when few are left. Called after a commit is acknowledged; what fails here fails in the next.
    /// </summary>
    public void Reserve()
    {
        if (!_mayReserve || _reserved - End >= ReserveBytes / 2)
        {
            return;
        }

        try
        {
            var at = Math.Max(_reserved, End);
            for (var until = End + ReserveBytes; at < until; at += s_zeros.Length)
            {
                RandomAccess.Write(_file, s_zeros, at);
            }

            SystemDisk.Instance.Sync(_file);
            _reserved = at;
        }
        catch (IOException)
        {
            // Without zeros commits are slower, nothing else.
            _mayReserve = false;
        }
    }

    /// <summary>Takes the zeros away: a segment that is not the last ends with its last record.</summary>
    public void Finish()
    {
        RandomAccess.SetLength(_file, End);
        SystemDisk.Instance.Sync(_file);
        _mayReserve = false;
    }

    /// <summary>After a failed commit: takes away what of it reached the file, if the disk lets us.</summary>
    public void CutBack()
    {
        try
        {
            RandomAccess.SetLength(_file, End);
        }
        catch (IOException)
        {
            // Opening will find a torn tail there, or whole entries that nobody was promised.
        }
    }

    /// <summary>Notes where entries lie and their hashes, after they are acknowledged.</summary>
    public void WriteIndex(long firstIndex, ReadOnlySpan<uint> offsets, ReadOnlySpan<byte> hashes)
    {
        var size = offsets.Length * SegmentFile.IndexEntryBytes;
        if (_indexBuffer.Length < size)
        {
            _indexBuffer = new byte[size];
        }

        for (var i = 0; i < offsets.Length; i++)
        {
            PutIndex(
                _indexBuffer.AsSpan(i * SegmentFile.IndexEntryBytes),
                offsets[i],
                hashes[(i * TreeHash.SizeBytes)..]
            );
        }

        try
        {
            var at = (firstIndex - Segment.Header.FirstIndex) * SegmentFile.IndexEntryBytes;
            RandomAccess.Write(_index, _indexBuffer.AsSpan(0, size), at);
        }
        catch (IOException)
        {
            // Derived: readers that miss it walk the segment, and opening makes it again.
        }
    }

    public static void PutIndex(Span<byte> entry, uint offset, ReadOnlySpan<byte> hash)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(entry, offset);
        hash[..TreeHash.SizeBytes].CopyTo(entry[sizeof(uint)..]);
    }

    public void Dispose()
    {
        CutBack();
        _file.Dispose();
        _index.Dispose();
    }
}
