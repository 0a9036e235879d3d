using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Bartizan.Log.Segments;

namespace Bartizan.Log;

/// <summary>Reads a log's files, of a live log in another process too. Never writes.</summary>
public sealed class LogDirectory(string path)
{
    private readonly ConcurrentDictionary<string, SegmentHeader> _headers = new();

    /// <summary>The directory.</summary>
    public string Path { get; } = path;

    /// <summary>
    /// The leaves from <paramref name="from"/> on, at most <paramref name="count"/>, as far as they are written now. An
    /// unfinished tail ends the sequence; damage before the tail throws.
    /// </summary>
    /// <exception cref="LogInconsistentException">When a segment is missing or an entry is damaged.</exception>
    public async IAsyncEnumerable<LogLeaf> ReadAsync(
        long from,
        long count,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        var end = count > long.MaxValue - from ? long.MaxValue : from + count;
        var segments = SegmentFile.List(Path, _headers);
        if (segments.Count == 0 || from >= end)
        {
            yield break;
        }

        var first = Math.Max(0, segments.FindLastIndex(segment => segment.Header.FirstIndex <= from));
        for (var i = first; i < segments.Count && segments[i].Header.FirstIndex < end; i++)
        {
            var segment = segments[i];
            var isLast = i == segments.Count - 1;
            using var file = segment.OpenForReading();
            var (offset, index) = segment.Seek(from);
            var frames = new FrameReader(file, segment.Header.Salt, offset);
            while (index < end)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var state = frames.Next(out var frame, out _);
                if (state != FrameState.Whole)
                {
                    Complain(segment, isLast, isLast ? index : segments[i + 1].Header.FirstIndex, index, state);
                    break;
                }

                if (index >= from)
                {
                    yield return new LogLeaf(index, frame[Frame.HeadBytes..]);
                }

                index++;
            }

            await Task.CompletedTask.ConfigureAwait(false);
        }
    }

    private static void Complain(SegmentFile segment, bool isLast, long firstOfNext, long index, FrameState state)
    {
        // The last segment may be growing while we read; any other ends exactly where the next one starts.
        if (!isLast && (index != firstOfNext || state == FrameState.Damaged))
        {
            throw new LogInconsistentException($"entry {index} in `{segment.Path}` is damaged or missing");
        }
    }
}
