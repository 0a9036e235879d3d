using System.Buffers.Binary;
using Bartizan.Log.Segments;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Verification;

/// <summary>
/// What one segment holds, entry by entry, beside what its derived index says it held.
/// </summary>
internal sealed class SegmentReading
{
    private readonly List<byte> _hashes = [];
    private readonly List<bool> _readable = [];
    private readonly byte[] _index;

    private SegmentReading(SegmentFile segment, byte[] index)
    {
        Segment = segment;
        _index = index;
    }

    public SegmentFile Segment { get; }

    /// <summary>Number of entries found.</summary>
    public int Count => _readable.Count;

    /// <summary>Number of entries the index knows.</summary>
    public int KnownCount => _index.Length / SegmentFile.IndexEntryBytes;

    /// <summary>Bytes behind the last entry.</summary>
    public long TailBytes { get; private set; }

    public static SegmentReading Read(SegmentFile segment, long signedSize, CancellationToken cancellationToken)
    {
        var index = File.Exists(segment.IndexPath) ? File.ReadAllBytes(segment.IndexPath) : [];
        var reading = new SegmentReading(
            segment,
            index[..(index.Length / SegmentFile.IndexEntryBytes * SegmentFile.IndexEntryBytes)]
        );
        reading.Walk(signedSize, cancellationToken);
        return reading;
    }

    public bool Readable(int i) => _readable[i];

    public ReadOnlySpan<byte> Hash(int i) =>
        System
            .Runtime.InteropServices.CollectionsMarshal.AsSpan(_hashes)
            .Slice(i * TreeHash.SizeBytes, TreeHash.SizeBytes);

    public ReadOnlySpan<byte> Known(int i) =>
        _index.AsSpan((i * SegmentFile.IndexEntryBytes) + sizeof(uint), TreeHash.SizeBytes);

    /// <summary>True when the index agrees with the entries as far as it goes.</summary>
    public bool Agrees()
    {
        if (KnownCount > Count)
        {
            return false;
        }

        for (var i = 0; i < KnownCount; i++)
        {
            if (!_readable[i] || !Hash(i).SequenceEqual(Known(i)))
            {
                return false;
            }
        }

        return true;
    }

    private void Walk(long signedSize, CancellationToken cancellationToken)
    {
        using var file = Segment.OpenForReading();
        var length = SegmentFile.WrittenLength(file);
        var frames = new FrameReader(file, Segment.Header.Salt, SegmentHeader.Bytes);
        var hash = new byte[TreeHash.SizeBytes];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (frames.Next(out var frame, out _) == FrameState.Whole)
            {
                TreeHash.LeafInPlace(frame.Span[(Frame.HeadBytes - 1)..], hash);
                _hashes.AddRange(hash);
                _readable.Add(true);
                continue;
            }

            // Over a damaged entry only the index knows the way.
            var next = Count + 1 < KnownCount ? Offset(Count + 1) : length;
            var expected = Count < KnownCount || Segment.Header.FirstIndex + Count < signedSize;
            if (!expected || frames.Offset >= length || next <= frames.Offset)
            {
                TailBytes = Math.Max(0, length - frames.Offset);
                return;
            }

            Array.Clear(hash);
            _hashes.AddRange(hash);
            _readable.Add(false);
            frames = new FrameReader(file, Segment.Header.Salt, next);
        }
    }

    private long Offset(int i) =>
        BinaryPrimitives.ReadUInt32LittleEndian(_index.AsSpan(i * SegmentFile.IndexEntryBytes));
}
