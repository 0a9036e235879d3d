using Bartizan.Log.Disks;
using Bartizan.Log.Segments;

namespace Bartizan.Log.Tiles;

/// <summary>
/// Gives up closed segments for the bundles that hold the same entries, compressed to a quarter: oldest first, never the last.
/// INVARIANT: a segment goes only after each of its entries was read back from a bundle that a published checkpoint
/// needs, and was the same, and after the bundles and tiles in its place were synced.
/// </summary>
internal sealed class SegmentHandover(string directory, ILogDisk disk)
{
    private readonly TileSync _sync = new(directory, disk);
    private readonly byte[] _chunk = new byte[FrameReader.ChunkBytes];

    /// <summary>Gives up one segment; false when there is none to give up, now or once it is old enough.</summary>
    /// <exception cref="LogInconsistentException">When a bundle differs from its segment.</exception>
    /// <exception cref="IOException">When a bundle can't be read, or the disk failed to sync what stands in its place.</exception>
    public bool GiveUpOldest(
        List<SegmentFile> segments,
        long published,
        DateTimeOffset closedBefore,
        CancellationToken cancellationToken
    )
    {
        var whole = published - (published % TilePath.Width);
        if (segments.Count < 2 || segments[1].Header.FirstIndex > whole)
        {
            return false;
        }

        var segment = segments[0];
        if (File.GetLastWriteTimeUtc(segment.Path) > closedBefore.UtcDateTime)
        {
            return true;
        }

        var end = segments[1].Header.FirstIndex;
        Compare(segment, end, cancellationToken);
        _sync.Run(segment.Header.FirstIndex, end, cancellationToken);
        File.Delete(segment.IndexPath);
        File.Delete(segment.Path);
        SystemDisk.SyncDirectory(Path.GetDirectoryName(segment.Path)!);
        return true;
    }

    private void Compare(SegmentFile segment, long end, CancellationToken cancellationToken)
    {
        using var file = segment.OpenForReading();
        var frames = new FrameReader(file, segment.Header.Salt, SegmentHeader.Bytes, _chunk);
        byte[] bundle = [];
        var at = 0;
        for (var index = segment.Header.FirstIndex; index < end; index++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var place = (int)(index % TilePath.Width);
            if (place == 0 || index == segment.Header.FirstIndex)
            {
                _ = Thread.Yield();
                bundle = Load(index / TilePath.Width);
                at = 0;
                for (var skip = 0; skip < place; skip++)
                {
                    _ = EntryBundle.Next(bundle, ref at, out _);
                }
            }

            if (
                frames.Next(out var frame, out _) != FrameState.Whole
                || !EntryBundle.Next(bundle, ref at, out var leaf)
                || !frame.Span[Frame.HeadBytes..].SequenceEqual(bundle.AsSpan(leaf))
            )
            {
                throw Differs(index, segment);
            }
        }
    }

    private byte[] Load(long number)
    {
        var path = Path.Combine(directory, TilePath.Bundle(number, TilePath.Width));
        return EntryBundle.Read(path, out var problem)
            ?? throw new IOException($"the bundle `{path}` {problem}: it is made again from its segment");
    }

    private LogInconsistentException Differs(long index, SegmentFile segment) =>
        new(
            $"entry {index} isn't the same in `{segment.Path}` and in its bundle: both are kept; `bartizan log verify --path {directory}` tells which was changed"
        );
}
