using System.Buffers.Binary;
using System.IO.Compression;
using Bartizan.Log.Pruning;

namespace Bartizan.Log.Tiles;

/// <summary>
/// Reads entries out of whole bundles, one bundle at a time, into buffers that are used again: a bundle is large enough that a fresh one
/// each time would have the collector at work for longer than the unpacking takes. For one thread at a time.
/// </summary>
internal sealed class BundleReader(string directory)
{
    // Most packed bundles are below it; a larger one makes the buffer grow, to what the largest entries allow.
    private const int UsualPackedBytes = 64 * 1024;

    private byte[] _packed = new byte[UsualPackedBytes];
    private byte[] _bundle = [];
    private int _length;
    private long _number = -1;
    private int _at;
    private long _next;

    /// <summary>The entry at an index that a whole bundle holds, valid until the next one is read; null when it was pruned.</summary>
    /// <exception cref="LogInconsistentException">When the bundle is missing or damaged.</exception>
    public ReadOnlyMemory<byte>? Read(long index)
    {
        var number = index / TilePath.Width;
        if (_number != number && !TryLoad(number, index))
        {
            return null;
        }

        if (index < _next)
        {
            (_at, _next) = (0, number * TilePath.Width);
        }

        while (EntryBundle.Next(_bundle.AsSpan(0, _length), ref _at, out var leaf))
        {
            if (_next++ == index)
            {
                return _bundle.AsMemory()[leaf];
            }
        }

        throw new LogInconsistentException($"entry {index} is missing from bundle {number}");
    }

    private bool TryLoad(long number, long index)
    {
        _number = -1;
        var path = Path.Combine(directory, TilePath.Bundle(number, TilePath.Width));
        var problem = "is missing";
        if (!TryRead(path, out var packed) || !TryUnpack(packed, out problem))
        {
            if (MinimumIndex.Of(directory).Index > index)
            {
                return false;
            }

            throw new LogInconsistentException($"entry {index} is not readable: the bundle `{path}` {problem}");
        }

        (_number, _at, _next) = (number, 0, number * TilePath.Width);
        return true;
    }

    private bool TryRead(string path, out int length)
    {
        length = 0;
        try
        {
            using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
            for (int read; (read = RandomAccess.Read(file, _packed.AsSpan(length), length)) > 0; )
            {
                length += read;
                if (length == _packed.Length && length < EntryBundle.MaxBytes)
                {
                    Array.Resize(ref _packed, Math.Min(length * 2, EntryBundle.MaxBytes));
                }
            }

            return true;
        }
        catch (IOException) when (!File.Exists(path))
        {
            return false;
        }
    }

    private bool TryUnpack(int packed, out string problem)
    {
        problem = "is not an entry bundle";

        // gzip says at its end how much comes out; a lie costs at most the bound.
        var told =
            packed < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(_packed.AsSpan(packed - sizeof(uint)));
        if (told is 0 or > EntryBundle.MaxBytes)
        {
            return false;
        }

        if (_bundle.Length < told)
        {
            _bundle = GC.AllocateUninitializedArray<byte>((int)Math.Max(told, 2 * UsualPackedBytes));
        }

        try
        {
            using var gzip = new GZipStream(new MemoryStream(_packed, 0, packed), CompressionMode.Decompress);
            _length = gzip.ReadAtLeast(_bundle.AsSpan(0, (int)told), (int)told, throwOnEndOfStream: false);
            return _length == told && gzip.ReadByte() < 0;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
