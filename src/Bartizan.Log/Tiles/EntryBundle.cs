using System.Buffers.Binary;
using System.IO.Compression;

namespace Bartizan.Log.Tiles;

/// <summary>
/// Up to 256 entries as C2SP tlog-tiles serves them: each with its length before it (u16, big-endian). Full ones are
/// kept compressed with gzip.
/// </summary>
internal static class EntryBundle
{
    public const int LengthBytes = sizeof(ushort);

    /// <summary>256 entries of the largest size.</summary>
    public const int MaxBytes = TilePath.Width * (LengthBytes + LogOptions.MaxLeafBytes);

    // About 0.1 ms of packing: who waits for the processor meanwhile goes first. Without that a thread keeps it until the next
    // tick, 4 ms, and the 99th percentile of 10,000 commits/s is 3.3 ms instead of 1.5 (measured).
    private const int PartBytes = 16 * 1024;

    // The lowest level that finds matches across records; the next ones take longer than they save.
    private static readonly ZLibCompressionOptions s_options = new() { CompressionLevel = 3 };

    public static byte[] Compress(ReadOnlySpan<byte> bundle)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, s_options, leaveOpen: true))
        {
            for (var rest = bundle; rest.Length > 0; )
            {
                var part = rest[..Math.Min(rest.Length, PartBytes)];
                gzip.Write(part);
                rest = rest[part.Length..];
                _ = Thread.Yield();
            }
        }

        return packed.ToArray();
    }

    /// <summary>The bundle in a file; null with a reason when it can't be one.</summary>
    public static byte[]? Read(string path, out string problem)
    {
        byte[] packed;
        try
        {
            packed = File.ReadAllBytes(path);
        }
        catch (IOException) when (!File.Exists(path))
        {
            problem = "is missing";
            return null;
        }

        problem = "is not an entry bundle";
        if (!path.EndsWith(TilePath.Compressed, StringComparison.Ordinal))
        {
            return packed.Length <= MaxBytes ? packed : null;
        }

        return Unpack(packed);
    }

    /// <summary>Where the next entry lies, and moves past it; false at the end, and where the lengths don't fit.</summary>
    public static bool Next(ReadOnlySpan<byte> bundle, ref int at, out Range leaf)
    {
        leaf = default;
        if (bundle.Length - at < LengthBytes)
        {
            return false;
        }

        var start = at + LengthBytes;
        var length = BinaryPrimitives.ReadUInt16BigEndian(bundle[at..]);
        if (length == 0 || bundle.Length - start < length)
        {
            return false;
        }

        leaf = start..(start + length);
        at = start + length;
        return true;
    }

    /// <summary>The bundle that was compressed; null when these bytes can't be one.</summary>
    public static byte[]? Unpack(byte[] packed)
    {
        try
        {
            return UnpackWhole(packed);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static byte[]? UnpackWhole(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        // gzip says at its end how much comes out; a lie costs at most the bound.
        var told = packed.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(packed.AsSpan(^4..));
        if (told is 0 or > MaxBytes)
        {
            return null;
        }

        var bundle = GC.AllocateUninitializedArray<byte>((int)told);
        return
            gzip.ReadAtLeast(bundle, bundle.Length, throwOnEndOfStream: false) == bundle.Length && gzip.ReadByte() < 0
            ? bundle
            : null;
    }
}
