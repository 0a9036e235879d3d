using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Verification;

/// <summary>The entries that one file holds, by their hashes, in the order in which they stand there.</summary>
internal sealed class Stretch
{
    private readonly List<byte> _hashes = [];
    private readonly List<bool> _readable = [];

    private Stretch(string path, long first)
    {
        Path = path;
        First = first;
    }

    public string Path { get; }

    /// <summary>The index of the first entry.</summary>
    public long First { get; }

    /// <summary>Number of entries found.</summary>
    public int Count => _readable.Count;

    /// <summary>Bytes behind the last entry.</summary>
    public long TailBytes { get; private set; }

    /// <summary>Offsets of the entries in a segment.</summary>
    public List<uint> Offsets { get; } = [];

    /// <summary>For a whole bundle: the root of its entries.</summary>
    public byte[]? Fold { get; private set; }

    /// <summary>True when these are its first hashes.</summary>
    public bool Holds(ReadOnlySpan<byte> hashes) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_hashes).StartsWith(hashes);

    public bool Readable(int i) => _readable[i];

    public ReadOnlySpan<byte> Hash(int i) =>
        System
            .Runtime.InteropServices.CollectionsMarshal.AsSpan(_hashes)
            .Slice(i * TreeHash.SizeBytes, TreeHash.SizeBytes);

    /// <summary>Reads a segment; a damaged entry counts as one that can't be read.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="file">Its file, open.</param>
    /// <param name="expected">Entries that must be there; behind them an unfinished write may follow.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static Stretch OfSegment(
        SegmentFile segment,
        SafeFileHandle file,
        long expected,
        CancellationToken cancellationToken
    )
    {
        var stretch = new Stretch(segment.Path, segment.Header.FirstIndex);
        var length = SegmentFile.WrittenLength(file);
        var chunk = new byte[FrameReader.ChunkBytes];
        var frames = new FrameReader(file, segment.Header.Salt, SegmentHeader.Bytes, chunk);
        var hash = new byte[TreeHash.SizeBytes];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var offset = frames.Offset;
            var state = frames.Next(out var frame, out _);
            if (state == FrameState.Whole)
            {
                TreeHash.LeafInPlace(frame.Span[(Frame.HeadBytes - 1)..], hash);
                stretch.Add(hash, readable: true);
                stretch.Offsets.Add((uint)offset);
                continue;
            }

            var over = stretch.Count >= expected ? length : Resume(file, segment, offset + 1, length);
            if (stretch.Count >= expected || offset >= length || (state == FrameState.Incomplete && over == length))
            {
                // Nothing more is expected, or the file ends within a record.
                stretch.TailBytes = Math.Max(0, length - offset);
                return stretch;
            }

            Array.Clear(hash);
            stretch.Add(hash, readable: false);
            stretch.Offsets.Add((uint)offset);
            frames = new FrameReader(file, segment.Header.Salt, over, chunk);
        }
    }

    /// <summary>Reads a bundle; null with a reason when it isn't one.</summary>
    public static Stretch? OfBundle(string directory, long number, int width, out string problem)
    {
        var path = System.IO.Path.Combine(directory, TilePath.Bundle(number, width));
        if (EntryBundle.Read(path, out problem) is not { } bundle)
        {
            return null;
        }

        var stretch = new Stretch(path, number * TilePath.Width);
        Span<byte> hash = stackalloc byte[TreeHash.SizeBytes];
        var at = 0;
        while (stretch.Count < TilePath.Width && EntryBundle.Next(bundle, ref at, out var leaf))
        {
            TreeHash.LeafInPlace(bundle.AsSpan((leaf.Start.Value - 1)..leaf.End.Value), hash);
            stretch.Add(hash, readable: true);
        }

        if (at != bundle.Length)
        {
            problem = "holds bytes that are no entries";
            return stretch.Count > 0 ? stretch : null;
        }

        if (stretch.Count == TilePath.Width)
        {
            stretch.Fold = new byte[TreeHash.SizeBytes];
            TileTree.Fold(
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(stretch._hashes),
                TilePath.Height,
                stretch.Fold
            );
        }

        problem = "";
        return stretch;
    }

    // Over a damaged entry: to the next place where a record stands. The salt keeps an agent's bytes from looking like one.
    private static long Resume(SafeFileHandle file, SegmentFile segment, long from, long length)
    {
        var window = new byte[Frame.HeadBytes + LogOptions.MaxLeafBytes];
        var rest = new byte[2 * window.Length];
        for (var at = from; at < length; at += window.Length)
        {
            var read = RandomAccess.Read(file, rest, at);
            for (var i = 0; i < Math.Min(read, window.Length); i++)
            {
                // Cheap first: a length's third byte is zero, and its fourth says nothing but where a commit starts.
                if (
                    i + Frame.HeadBytes < read
                    && rest[i + 2] == 0
                    && (rest[i + 3] & 0x7F) == 0
                    && Frame.Look(rest.AsSpan(i, read - i), segment.Header.Salt, out _, out _) == FrameState.Whole
                )
                {
                    return at + i;
                }
            }
        }

        return length;
    }

    private void Add(ReadOnlySpan<byte> hash, bool readable)
    {
        _hashes.AddRange(hash);
        _readable.Add(readable);
    }
}
