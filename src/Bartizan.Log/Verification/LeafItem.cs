using System.Buffers.Binary;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Verification;

/// <summary>One file to read entries from: a segment, or a full bundle where the segment was given up for it.</summary>
/// <param name="segment">The segment; null for a bundle.</param>
/// <param name="first">The first entry to take from it.</param>
/// <param name="end">The first entry that the next file has.</param>
internal sealed class LeafItem(SegmentFile? segment, long first, long end) : IDisposable
{
    // Kept open from the start: a live log may give the segment up while its turn comes.
    private readonly SafeFileHandle? _file = segment?.TryOpen();

    public SegmentFile? Segment { get; } = segment;

    public long First { get; } = first;

    public long End { get; } = end;

    /// <summary>What was found; null when the file is gone or unreadable.</summary>
    public Stretch? Stretch { get; private set; }

    /// <summary>Why not.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>The bundles beside a segment, by number.</summary>
    public Dictionary<long, (Stretch? Bundle, string Problem)> Bundles { get; } = [];

    /// <summary>Where the segment's index points elsewhere than its entries lie.</summary>
    public LogFault? IndexFault { get; private set; }

    /// <summary>The files of a log: bundles from the minimum index up to the first segment, then the segments.</summary>
    public static List<LeafItem> Of(List<SegmentFile> segments, long signed, long minimum)
    {
        var items = new List<LeafItem>();
        var bundled = segments.Count > 0 ? segments[0].Header.FirstIndex : signed - (signed % TilePath.Width);
        for (var first = minimum; first < bundled; first += TilePath.Width)
        {
            items.Add(new LeafItem(null, first, Math.Min(bundled, first + TilePath.Width)));
        }

        for (var i = 0; i < segments.Count; i++)
        {
            var end = i + 1 < segments.Count ? segments[i + 1].Header.FirstIndex : long.MaxValue;
            items.Add(new LeafItem(segments[i], segments[i].Header.FirstIndex, end));
        }

        return items;
    }

    /// <summary>Reads it, and of a segment the bundles that lie beside it.</summary>
    public void Read(string directory, long signed, CancellationToken cancellationToken)
    {
        if (Segment is null)
        {
            Stretch = Stretch.OfBundle(directory, First / TilePath.Width, TilePath.Width, out var problem);
            Problem = problem;
            if (End - First < TilePath.Width)
            {
                Bundles[First / TilePath.Width] = (Stretch, problem);
            }

            return;
        }

        if (_file is null)
        {
            Problem = "is gone";
            return;
        }

        // The index first: while the log is written it is never ahead of the segment.
        var index = ReadIndex(Segment.IndexPath);
        Stretch = Stretch.OfSegment(Segment, _file, Math.Min(End, signed) - First, cancellationToken);
        IndexFault = CheckIndex(Segment, Stretch, index, signed);
        var last = Math.Min(End, signed) / TilePath.Width;
        for (var block = (First + TilePath.Width - 1) / TilePath.Width; block < last; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadBundle(directory, block);
        }

        // The block across the border to the next segment is this one's too.
        if (End < signed && End % TilePath.Width != 0 && (last + 1) * TilePath.Width <= signed)
        {
            ReadBundle(directory, last);
        }
    }

    /// <summary>Lets go of what was read.</summary>
    public void Forget()
    {
        Stretch = null;
        Bundles.Clear();
    }

    public void Dispose() => _file?.Dispose();

    private static byte[] ReadIndex(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (FileNotFoundException)
        {
            // Derived: without it reading takes longer, nothing else.
            return [];
        }
    }

    private static LogFault? CheckIndex(SegmentFile segment, Stretch stretch, ReadOnlySpan<byte> index, long signed)
    {
        var count = index.Length / SegmentFile.IndexEntryBytes;
        for (var i = 0; i < count; i++)
        {
            var entry = index.Slice(i * SegmentFile.IndexEntryBytes, SegmentFile.IndexEntryBytes);
            if (!entry.ContainsAnyExcept((byte)0))
            {
                // A hole that a full disk left: readers walk from the place before it.
                continue;
            }

            var at = stretch.First + i;
            if (i >= stretch.Count)
            {
                if (at < signed)
                {
                    // Found, and named, by its hash.
                    return null;
                }

                return new LogFault(
                    LogFaultKind.Changed,
                    at,
                    $"entry {at} in `{segment.Path}` was written, as its index knows, and can't be read"
                );
            }

            // A hash that differs beside an offset that fits is the entry's fault, and found there.
            if (BinaryPrimitives.ReadUInt32LittleEndian(entry) != stretch.Offsets[i])
            {
                return new LogFault(
                    LogFaultKind.IndexLies,
                    at,
                    $"`{segment.IndexPath}` points elsewhere than entry {at} lies; delete it: the log makes it again"
                );
            }
        }

        return null;
    }

    private void ReadBundle(string directory, long block)
    {
        var bundle = Stretch.OfBundle(directory, block, TilePath.Width, out var problem);
        Bundles[block] = (bundle, problem);
    }
}
