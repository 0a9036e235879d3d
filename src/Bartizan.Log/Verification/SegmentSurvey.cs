using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Segments;

namespace Bartizan.Log.Verification;

/// <summary>
/// Which segments are there, whatever was done to them: unlike opening, it goes on past one that is missing, damaged,
/// another log's, or not in its place.
/// </summary>
internal static class SegmentSurvey
{
    /// <summary>The segments that can be read, in the order of their entries.</summary>
    /// <param name="directory">The log's directory.</param>
    /// <param name="origin">The log's name, if it is known.</param>
    /// <param name="signed">Entries that the largest checkpoint covers.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static List<SegmentFile> Read(string directory, string? origin, long signed, FaultList faults)
    {
        var found = new List<SegmentFile>();
        var folder = Path.Combine(directory, SegmentFile.Folder);
        var digest = origin is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(origin));
        var paths = Directory.Exists(folder) ? Directory.GetFiles(folder, "*.log") : [];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            if (ReadHeader(path, faults) is not { } header)
            {
                continue;
            }

            if (digest is not null && !header.OriginDigest.AsSpan().SequenceEqual(digest))
            {
                faults.Add(LogFaultKind.SegmentForeign, null, $"the segment `{path}` belongs to another log");
                continue;
            }

            if (header.FirstIndex > Math.Max(signed, found.Count == 0 ? 0 : Reach(found[^1])))
            {
                // Whoever fills in the entries before it would never come to an end.
                faults.Add(
                    LogFaultKind.SegmentDamaged,
                    null,
                    $"the header of the segment `{path}` was changed: the log has nowhere near {header.FirstIndex} entries"
                );
                continue;
            }

            Place(found, new SegmentFile(number, path, header), faults);
        }

        var numbered = found.OrderBy(segment => segment.Number).ToList();
        foreach (var (before, after) in numbered.Zip(numbered.Skip(1)))
        {
            if (after.Number > before.Number + 1)
            {
                faults.Add(
                    LogFaultKind.SegmentMissing,
                    null,
                    $"a segment between `{before.Path}` and `{after.Path}` is missing"
                );
            }
        }

        return found;
    }

    // No entry is shorter than a byte: the first index that the next segment can have at most.
    private static long Reach(SegmentFile segment)
    {
        using var file = segment.TryOpen();
        return segment.Header.FirstIndex + (file is null ? 0 : RandomAccess.GetLength(file) / (Frame.HeadBytes + 1));
    }

    private static void Place(List<SegmentFile> found, SegmentFile segment, FaultList faults)
    {
        var before = found.FindLastIndex(other => other.Header.FirstIndex <= segment.Header.FirstIndex);
        if (before >= 0 && found[before].Header.Salt == segment.Header.Salt)
        {
            faults.Add(
                LogFaultKind.Replayed,
                segment.Header.FirstIndex,
                $"the segment `{segment.Path}` is a copy of `{found[before].Path}`"
            );
            return;
        }

        if (before < found.Count - 1)
        {
            faults.Add(
                LogFaultKind.Moved,
                segment.Header.FirstIndex,
                $"the segment `{segment.Path}` stands in another's place: its first entry is {segment.Header.FirstIndex}"
            );
        }

        found.Insert(before + 1, segment);
    }

    private static SegmentHeader? ReadHeader(string path, FaultList faults)
    {
        try
        {
            using var file = File.OpenHandle(
                path,
                FileMode.Open,
                FileAccess.Read,
                FileShare.ReadWrite | FileShare.Delete
            );
            var bytes = new byte[SegmentHeader.Bytes];
            var read = RandomAccess.Read(file, bytes, 0);
            var header = SegmentHeader.Decode(bytes.AsSpan(0, read), out var problem);
            if (header is null)
            {
                faults.Add(LogFaultKind.SegmentDamaged, null, $"the segment `{path}` {problem}");
            }

            return header;
        }
        catch (FileNotFoundException)
        {
            // Given up for its bundles since it was named.
            return null;
        }
    }
}
