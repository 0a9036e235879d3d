using System.Buffers.Binary;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log;

/// <summary>
/// Reads single leaves by their index: two small reads each from a segment, or one bundle of 256 where the segment was given up; the last
/// bundle is kept, so that neighbours cost one. For who knows which entries are wanted and doesn't walk the log. Never writes. For one
/// thread at a time.
/// </summary>
public sealed class LeafLookup(string directory) : IDisposable
{
    // Most entries are below it, so that one read brings head and leaf.
    private const int UsualBytes = 1024;

    // Two descriptors each; a log of 64 segments holds 4 GiB.
    private const int MaxOpen = 64;

    private readonly LeafWalk _walk = new(directory);
    private readonly BundleReader _bundles = new(directory);
    private readonly Dictionary<int, OpenSegment> _open = [];
    private List<SegmentFile> _segments = [];
    private long _listedFrom = -1;

    /// <summary>The leaf, valid until the next one is read; null when the log has none at that index, or it was pruned.</summary>
    /// <exception cref="LogInconsistentException">When the entry is damaged, or its segment or bundle is missing.</exception>
    public ReadOnlyMemory<byte>? Read(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);

        // What is in a segment that isn't the last stays where it is; only behind that may the list have grown.
        if (index >= _listedFrom)
        {
            List();
        }

        var at = _segments.FindLastIndex(segment => segment.Header.FirstIndex <= index);
        if (at >= 0 && Opened(_segments[at]) is { } open)
        {
            return Read(open, index, at == _segments.Count - 1);
        }

        if (at >= 0)
        {
            // Given up since it was listed: its bundles were there before.
            List();
        }

        return _segments.Count == 0 ? null : _bundles.Read(index);
    }

    /// <summary>The hash of the leaf at an index, in hexadecimal; null when the log has none there.</summary>
    public string? HashOf(long index)
    {
        if (Read(index) is not { } leaf)
        {
            return null;
        }

        var hash = new byte[TreeHash.SizeBytes];
        TreeHash.Leaf(leaf.Span, hash);
        return Convert.ToHexStringLower(hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var segment in _open.Values)
        {
            segment.Dispose();
        }

        _open.Clear();
    }

    private void List()
    {
        _segments = _walk.Segments();
        _listedFrom = _segments.Count == 0 ? -1 : _segments[^1].Header.FirstIndex;
    }

    private static ReadOnlyMemory<byte>? Read(OpenSegment segment, long index, bool isLast)
    {
        if (segment.Offset(index) is { } offset)
        {
            var state = ReadFrame(segment, offset, UsualBytes, out var frame);
            if (state == FrameState.Incomplete)
            {
                state = ReadFrame(segment, offset, Frame.HeadBytes + LogOptions.MaxLeafBytes, out frame);
            }

            return state == FrameState.Whole
                ? frame[Frame.HeadBytes..]
                : throw new LogInconsistentException($"entry {index} in `{segment.Path}` is damaged");
        }

        // The derived index doesn't know it yet, or has a hole there: from the last entry that it knows, the frames show the way.
        var (from, at) = segment.LastKnown(index);
        var frames = new FrameReader(segment.File, segment.Header.Salt, from);
        while (frames.Next(out var frame, out _) == FrameState.Whole)
        {
            if (at++ == index)
            {
                return frame[Frame.HeadBytes..];
            }
        }

        return isLast
            ? null
            : throw new LogInconsistentException($"entry {at} in `{segment.Path}` is damaged or missing");
    }

    private static FrameState ReadFrame(OpenSegment segment, long offset, int bytes, out Memory<byte> frame)
    {
        var buffer = new byte[bytes];
        var read = RandomAccess.Read(segment.File, buffer, offset);
        var state = Frame.Look(buffer.AsSpan(0, read), segment.Header.Salt, out var length, out _);
        frame = state == FrameState.Whole ? buffer.AsMemory(0, Frame.HeadBytes + length) : default;
        return state;
    }

    private OpenSegment? Opened(SegmentFile segment)
    {
        if (!_open.TryGetValue(segment.Number, out var open))
        {
            if (_open.Count >= MaxOpen)
            {
                Dispose();
            }

            if (segment.TryOpen() is not { } file)
            {
                return null;
            }

            open = new OpenSegment(segment, file);
            _open.Add(segment.Number, open);
        }

        return open;
    }

    private sealed class OpenSegment(SegmentFile segment, SafeFileHandle file) : IDisposable
    {
        private SafeFileHandle? _index = OpenIndex(segment.IndexPath);

        public SafeFileHandle File => file;

        public SegmentHeader Header => segment.Header;

        public string Path => segment.Path;

        public long? Offset(long index)
        {
            _index ??= OpenIndex(segment.IndexPath);
            Span<byte> offset = stackalloc byte[sizeof(uint)];
            var at = (index - Header.FirstIndex) * SegmentFile.IndexEntryBytes;
            return
                _index is not null
                && RandomAccess.Read(_index, offset, at) == offset.Length
                && BinaryPrimitives.ReadUInt32LittleEndian(offset) is >= SegmentHeader.Bytes and var found
                ? found
                : null;
        }

        public (long Offset, long Index) LastKnown(long before) => segment.Seek(before);

        public void Dispose()
        {
            _index?.Dispose();
            File.Dispose();
        }

        private static SafeFileHandle? OpenIndex(string path)
        {
            try
            {
                return System.IO.File.OpenHandle(
                    path,
                    FileMode.Open,
                    FileAccess.Read,
                    FileShare.ReadWrite | FileShare.Delete
                );
            }
            catch (FileNotFoundException)
            {
                return null;
            }
        }
    }
}
