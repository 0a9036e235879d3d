using System.Buffers.Binary;
using System.Numerics;

namespace Bartizan.Core.Flow;

/// <summary>
/// SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): a keyed hash that is quick for short texts, and that nobody without the
/// key can make collide.
/// </summary>
public sealed class SipHash(ulong key0, ulong key1)
{
    private const int Word = sizeof(ulong);

    /// <summary>The hash of some bytes.</summary>
    public UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        var v0 = 0x736f6d6570736575UL ^ key0;
        var v1 = 0x646f72616e646f6dUL ^ key1 ^ 0xee;
        var v2 = 0x6c7967656e657261UL ^ key0;
        var v3 = 0x7465646279746573UL ^ key1;
        var last = (ulong)bytes.Length << 56;
        while (bytes.Length >= Word)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
            bytes = bytes[Word..];
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            last |= (ulong)bytes[i] << (8 * i);
        }

        v3 ^= last;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= last;
        v2 ^= 0xee;
        var low = Finished(ref v0, ref v1, ref v2, ref v3);
        v1 ^= 0xdd;
        return new UInt128(Finished(ref v0, ref v1, ref v2, ref v3), low);
    }

    private static ulong Finished(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        for (var i = 0; i < 4; i++)
        {
            Round(ref v0, ref v1, ref v2, ref v3);
        }

        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v2 += v3;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v1;
        v0 += v3;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
