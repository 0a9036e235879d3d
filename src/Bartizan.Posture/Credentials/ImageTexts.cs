using System.Formats.Tar;
using System.IO.Compression;

namespace Bartizan.Posture.Credentials;

/// <summary>
/// The texts in an image, as <c>docker save</c> and <c>podman save</c> write it: the files of each layer, also those that a later layer
/// takes away, and the configuration with its variables and build steps.
/// </summary>
internal static class ImageTexts
{
    /// <summary>Unpacked bytes of one image that are looked at.</summary>
    private const long MaxBytes = 8L << 30;

    private const int BlockBytes = 512;

    /// <summary>The texts; names begin with the image's file.</summary>
    public static IEnumerable<SearchedText> Of(string image, SearchTally tally)
    {
        var name = Path.GetFileName(image);
        var read = new SearchTally();
        using var file = File.OpenRead(image);
        using var outer = new TarReader(file);
        foreach (var entry in Entries(outer, name, tally))
        {
            using var content = new BufferedStream(Unpacked(entry.DataStream!, out var isKnown), BlockBytes);
            if (!isKnown)
            {
                tally.Problems.Add(
                    $"`{entry.Name}` of `{name}` was not looked at: it is packed with zstd; save it with gzip"
                );
                continue;
            }

            var start = new byte[BlockBytes];
            var length = content.ReadAtLeast(start, BlockBytes, throwOnEndOfStream: false);
            using var whole = new Prefixed(start.AsMemory(0, length), content);
            if (!IsTar(start.AsSpan(0, length)))
            {
                if (Read(whole, $"{name}:{entry.Name}", read) is { } text)
                {
                    yield return text;
                }

                continue;
            }

            using var layer = new TarReader(whole);
            foreach (var inner in Entries(layer, name, tally))
            {
                if (read.Bytes > MaxBytes)
                {
                    tally.Problems.Add($"of `{name}` {MaxBytes >> 30} GiB were looked at, and no more");
                    yield break;
                }

                if (Read(inner.DataStream!, $"{name}:/{inner.Name.TrimStart('.', '/')}", read) is { } text)
                {
                    yield return text;
                }
            }
        }

        tally.Bytes += read.Bytes;
        tally.SkippedFiles += read.SkippedFiles;
    }

    private static IEnumerable<TarEntry> Entries(TarReader reader, string name, SearchTally tally)
    {
        while (Next(reader, name, tally) is { } entry)
        {
            if (entry.DataStream is { Length: > 0 })
            {
                yield return entry;
            }
        }
    }

    private static TarEntry? Next(TarReader reader, string name, SearchTally tally)
    {
        try
        {
            return reader.GetNextEntry();
        }
        catch (Exception e) when (e is InvalidDataException or IOException or FormatException or ArgumentException)
        {
            tally.Problems.Add(
                $"`{name}` could be read in part only: it is no image as `docker save` writes it, or damaged"
            );
            return null;
        }
    }

    private static SearchedText? Read(Stream stream, string name, SearchTally read)
    {
        var bytes = new MemoryStream();
        var piece = new byte[1 << 16];
        try
        {
            for (int took; (took = stream.Read(piece)) > 0; )
            {
                read.Bytes += took;
                if (bytes.Length + took > TextBytes.MaxBytes)
                {
                    read.SkippedFiles++;
                    return null;
                }

                bytes.Write(piece, 0, took);
            }
        }
        catch (InvalidDataException)
        {
            read.SkippedFiles++;
            return null;
        }

        return TextBytes.TryRead(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), out var text)
            ? new SearchedText(CredentialPlaceKind.Image, name, text)
            : null;
    }

    private static bool IsTar(ReadOnlySpan<byte> start) =>
        start.Length == BlockBytes && start[257..].StartsWith("ustar"u8);

    private static Stream Unpacked(Stream packed, out bool isKnown)
    {
        var first = new byte[4];
        var length = packed.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        var whole = new Prefixed(first.AsMemory(0, length), packed);
        isKnown = !first.AsSpan().SequenceEqual((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]);
        return first.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B])
            ? new GZipStream(whole, CompressionMode.Decompress)
            : whole;
    }
}
