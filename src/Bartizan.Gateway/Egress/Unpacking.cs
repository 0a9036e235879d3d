using System.Buffers;
using System.IO.Compression;

namespace Bartizan.Gateway.Egress;

/// <summary>Takes off the compression that a head tells of, within a bound.</summary>
internal static class Unpacking
{
    /// <summary>Nobody packs a body more often, and each time costs as much again.</summary>
    private const int MaxCodings = 2;

    private const int PieceBytes = 16 << 10;

    /// <summary>
    /// What <c>Content-Encoding</c> fields say was done, undone; false when that can't be, or there is no more room: some bytes unpack to
    /// as much as guards read.
    /// </summary>
    public static bool TryDecode(
        IEnumerable<string?> fields,
        ReadOnlyMemory<byte> packed,
        HeldBytes.Share room,
        out ReadOnlyMemory<byte> decoded
    )
    {
        decoded = packed;
        var codings = fields
            .SelectMany(f =>
                (f ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            )
            .Where(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            .ToList();
        if (codings.Count > MaxCodings)
        {
            return false;
        }

        foreach (var coding in Enumerable.Reverse(codings))
        {
            if (!TryDecode(coding.ToLowerInvariant(), room, ref decoded))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryDecode(string coding, HeldBytes.Share room, ref ReadOnlyMemory<byte> bytes)
    {
        try
        {
            using var packed = new MemoryStream(bytes.ToArray());
            using Stream? unpacked = coding switch
            {
                "gzip" or "x-gzip" => new GZipStream(packed, CompressionMode.Decompress),
                "deflate" => new ZLibStream(packed, CompressionMode.Decompress),
                "br" => new BrotliStream(packed, CompressionMode.Decompress),
                _ => null,
            };
            if (unpacked is null)
            {
                return false;
            }

            var whole = new ArrayBufferWriter<byte>();
            while (whole.WrittenCount <= HeldBody.MaxBytes)
            {
                // What is grown into is as much again, for as long as it takes.
                if (!room.TryTake(PieceBytes))
                {
                    return false;
                }

                var read = unpacked.Read(whole.GetSpan(PieceBytes)[..PieceBytes]);
                if (read == 0)
                {
                    bytes = whole.WrittenMemory;
                    return true;
                }

                whole.Advance(read);
            }

            return false;
        }
        catch (Exception e) when (e is InvalidDataException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
