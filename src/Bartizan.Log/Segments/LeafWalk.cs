using System.Collections.Concurrent;
using Bartizan.Log.Pruning;
using Bartizan.Log.Tiles;

namespace Bartizan.Log.Segments;

/// <summary>
/// Walks the leaves of a log in order: from the segments that are there, and from full entry bundles where a segment was
/// given up for them. What it yields starts with one spare byte before the leaf, for hashing in place.
/// </summary>
internal sealed class LeafWalk(string directory, byte[]? shared = null)
{
    /// <summary>A segment can go while we look for it, once; a directory that changes this often is no log.</summary>
    private const int MaxLooks = 100;

    private readonly ConcurrentDictionary<string, SegmentHeader> _headers = new(StringComparer.Ordinal);

    /// <summary>The segments that are there.</summary>
    public List<SegmentFile> Segments()
    {
        for (var look = 0; ; look++)
        {
            try
            {
                return SegmentFile.List(directory, _headers);
            }
            catch (FileNotFoundException) when (look < MaxLooks)
            {
                // It was given up between being named and being read; its bundles were there before.
            }
        }
    }

    /// <summary>
    /// The leaves from <paramref name="from"/> up to, not including, <paramref name="end"/>, as far as they are written now. An
    /// unfinished tail ends the sequence; damage before the tail throws. What was pruned is left out.
    /// </summary>
    /// <exception cref="LogInconsistentException">When a segment or bundle is missing or an entry is damaged.</exception>
    public IEnumerable<(long Index, Memory<byte> Spared)> Read(long from, long end)
    {
        var index = Math.Max(from, MinimumIndex.Of(directory).Index);
        for (var look = 0; index < end && look < MaxLooks; )
        {
            var segments = Segments();
            var at = segments.FindLastIndex(segment => segment.Header.FirstIndex <= index);
            if (at < 0)
            {
                if (segments.Count == 0 && !Bundled(index))
                {
                    yield break;
                }

                if (Load(index) is not { } bundle)
                {
                    index = MinimumIndex.Of(directory).Index;
                    continue;
                }

                foreach (var leaf in ReadBundle(bundle, index, end))
                {
                    yield return leaf;
                    index++;
                }

                continue;
            }

            var isLast = at == segments.Count - 1;
            using var file = segments[at].TryOpen();
            if (file is null)
            {
                look++;
                continue;
            }

            var until = isLast ? end : Math.Min(end, segments[at + 1].Header.FirstIndex);
            var (offset, next) = segments[at].Seek(index);
            var frames = new FrameReader(file, segments[at].Header.Salt, offset, shared);
            for (; next < until; next++)
            {
                if (frames.Next(out var frame, out _) != FrameState.Whole)
                {
                    break;
                }

                if (next >= index)
                {
                    yield return (next, frame[(Frame.HeadBytes - 1)..]);
                }
            }

            index = Math.Max(index, next);
            if (index < until)
            {
                if (isLast)
                {
                    yield break;
                }

                throw new LogInconsistentException($"entry {index} in `{segments[at].Path}` is damaged or missing");
            }
        }
    }

    private bool Bundled(long index) => File.Exists(PathOf(index));

    // Null when it was pruned since the walk began.
    private byte[]? Load(long index)
    {
        var path = PathOf(index);
        return EntryBundle.Read(path, out var problem)
            ?? (
                MinimumIndex.Of(directory).Index > index
                    ? null
                    : throw new LogInconsistentException(
                        $"entry {index} is not readable: the bundle `{path}` {problem}"
                    )
            );
    }

    private string PathOf(long index) =>
        Path.Combine(directory, TilePath.Bundle(index / TilePath.Width, TilePath.Width));

    private IEnumerable<(long Index, Memory<byte> Spared)> ReadBundle(byte[] bundle, long from, long end)
    {
        var at = 0;
        var index = from - (from % TilePath.Width);
        for (var last = index + TilePath.Width; index < last && index < end; index++)
        {
            if (!EntryBundle.Next(bundle, ref at, out var leaf))
            {
                throw new LogInconsistentException($"entry {index} in `{PathOf(from)}` is damaged or missing");
            }

            if (index >= from)
            {
                yield return (index, bundle.AsMemory()[(leaf.Start.Value - 1)..leaf.End.Value]);
            }
        }
    }
}
