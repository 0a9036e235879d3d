using System.Buffers.Binary;
using System.Numerics;

namespace Bartizan.Log.Segments;

/// <summary>
/// CRC-32C (Castagnoli, RFC 3720), by the processor's own instruction where it has one. Finds torn writes; proves
/// nothing.
/// </summary>
internal static class Crc32C
{
    public const uint Seed = 0xFFFFFFFF;

    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }

        return crc;
    }

    public static uint Of(ReadOnlySpan<byte> bytes) => ~Add(Seed, bytes);
}
