using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Bartizan.Log.Segments;

/// <summary>
/// A segment on disk: <c>seg/00000042.log</c>, and beside it <c>seg/00000042.index</c>, which is derived and can be made
/// again: for each entry its offset (u32) and its leaf hash (32 bytes).
/// </summary>
internal sealed record SegmentFile(int Number, string Path, SegmentHeader Header)
{
    public const string Folder = "seg";
    public const int IndexEntryBytes = sizeof(uint) + Tree.TreeHash.SizeBytes;

    public string IndexPath => System.IO.Path.ChangeExtension(Path, ".index");

    public static string PathOf(string directory, int number) =>
        System.IO.Path.Combine(directory, Folder, number.ToString("D8", CultureInfo.InvariantCulture) + ".log");

    /// <summary>The segments of a log in order.</summary>
    /// <exception cref="LogInconsistentException">When one is missing or isn't a segment.</exception>
    public static List<SegmentFile> List(string directory) =>
        List(directory, new ConcurrentDictionary<string, SegmentHeader>());

    /// <summary>The same, for who asks often: a header never changes once it is there.</summary>
    public static List<SegmentFile> List(string directory, ConcurrentDictionary<string, SegmentHeader> headers)
    {
        var segments = new List<SegmentFile>();
        var folder = System.IO.Path.Combine(directory, Folder);
        if (!Directory.Exists(folder))
        {
            return segments;
        }

        foreach (var path in Directory.GetFiles(folder, "*.log").Order(StringComparer.Ordinal))
        {
            var name = System.IO.Path.GetFileNameWithoutExtension(path);
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                continue;
            }

            var header = headers.GetOrAdd(path, ReadHeader);
            var before = segments.Count > 0 ? segments[^1] : null;
            if (before is not null && (number != before.Number + 1 || header.FirstIndex < before.Header.FirstIndex))
            {
                throw new LogInconsistentException(
                    $"a segment between `{before.Path}` and `{path}` is missing: entries from {before.Header.FirstIndex} to {header.FirstIndex - 1} can't all be there"
                );
            }

            segments.Add(new SegmentFile(number, path, header));
        }

        return segments;
    }

    public SafeFileHandle OpenForReading() =>
        File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>The same; null when it is gone.</summary>
    public SafeFileHandle? TryOpen() => TryOpen(Path);

    /// <summary>
    /// The length without the zeros at the end, which a live or killed writer keeps behind its last record. The header holds a
    /// salt, so the answer is never 0 for a segment.
    /// </summary>
    public static long WrittenLength(SafeFileHandle file)
    {
        var block = new byte[64 * 1024];
        var end = RandomAccess.GetLength(file);
        while (end > 0)
        {
            var start = Math.Max(0, end - block.Length);
            var read = RandomAccess.Read(file, block.AsSpan(0, (int)(end - start)), start);
            var last = block.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                return start + last + 1;
            }

            end = start;
        }

        return 0;
    }

    /// <summary>The offset of an entry, as the derived index has it; the header's end when it doesn't say.</summary>
    public (long Offset, long Index) Seek(long index)
    {
        var start = ((long)SegmentHeader.Bytes, Header.FirstIndex);
        if (index <= Header.FirstIndex)
        {
            return start;
        }

        using var file = TryOpen(IndexPath);
        if (file is null)
        {
            return start;
        }

        var known = RandomAccess.GetLength(file) / IndexEntryBytes;
        if (known == 0)
        {
            return start;
        }

        // A full disk can leave a hole: then the nearest place before it that is known.
        Span<byte> offset = stackalloc byte[sizeof(uint)];
        for (var at = Math.Min(index - Header.FirstIndex, known - 1); at > 0; at--)
        {
            if (
                RandomAccess.Read(file, offset, at * IndexEntryBytes) == sizeof(uint)
                && System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(offset)
                    is >= SegmentHeader.Bytes
                        and var found
            )
            {
                return (found, Header.FirstIndex + at);
            }
        }

        return start;
    }

    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static SegmentHeader ReadHeader(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[SegmentHeader.Bytes];
        var read = RandomAccess.Read(file, bytes, 0);
        return SegmentHeader.Decode(bytes.AsSpan(0, read), out var problem)
            ?? throw new LogInconsistentException($"`{path}` {problem}");
    }
}
