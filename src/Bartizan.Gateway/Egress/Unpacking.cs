using System.Buffers;
using System.IO.Compression;

namespace Bartizan.Gateway.Egress;

/// <summary>Takes off the compression that a head tells of, within a bound.</summary>
internal static class Unpacking
{
    /// <summary>Nobody packs a body more often, and each time costs as much again.</summary>
    private const int MaxCodings = 2;

    /// <summary>What <c>Content-Encoding</c> fields say was done, undone; false when that can't be.</summary>
    public static bool TryDecode(
        IEnumerable<string?> fields,
        ReadOnlyMemory<byte> packed,
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
            if (!TryDecode(coding.ToLowerInvariant(), ref decoded))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryDecode(string coding, ref ReadOnlyMemory<byte> bytes)
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
                var read = unpacked.Read(whole.GetSpan(16 << 10));
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
