using System.Buffers.Binary;
using System.Numerics;

namespace Bartizan.Log.Segments;

/// <summary>
/// A record of a segment: <c>len</c> u32 | <c>crc32c</c> u32 | leaf, little-endian. Bits 0–15 of <c>len</c> are the leaf's
/// length, bit 31 says that a commit starts here, the rest is zero. The checksum covers the segment's random salt, <c>len</c>
/// and the leaf, so that neither zeros, nor blocks of an older file, nor bytes that an agent chose look like a record.
/// <para>A commit is written only after the one before it is durable. A readable start of a commit therefore proves that
/// every record before it had been acknowledged.</para>
/// </summary>
internal static class Frame
{
    public const int HeadBytes = 8;
    public const uint StartsCommit = 0x8000_0000;
    private const uint LengthMask = 0xFFFF;

    /// <summary>Fills in the head of a frame whose leaf already stands behind it.</summary>
    public static void Seal(Span<byte> frame, ulong salt, bool startsCommit)
    {
        var head = (uint)(frame.Length - HeadBytes) | (startsCommit ? StartsCommit : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(frame, head);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Checksum(salt, head, frame[HeadBytes..]));
    }

    /// <summary>Looks at the frame that starts here.</summary>
    public static FrameState Look(ReadOnlySpan<byte> bytes, ulong salt, out int length, out bool startsCommit)
    {
        length = 0;
        startsCommit = false;
        if (bytes.Length < HeadBytes)
        {
            return FrameState.Incomplete;
        }

        var head = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        length = (int)(head & LengthMask);
        startsCommit = (head & StartsCommit) != 0;
        if ((head & ~(LengthMask | StartsCommit)) != 0 || length == 0)
        {
            return FrameState.Damaged;
        }

        if (bytes.Length < HeadBytes + length)
        {
            return FrameState.Incomplete;
        }

        var crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        return crc == Checksum(salt, head, bytes.Slice(HeadBytes, length)) ? FrameState.Whole : FrameState.Damaged;
    }

    /// <summary>True when a frame's head is whole and its leaf isn't all there: zeros behind it were not counted in.</summary>
    public static bool IsCutShort(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeadBytes)
        {
            return true;
        }

        var head = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        return (head & ~(LengthMask | StartsCommit)) == 0 && bytes.Length < HeadBytes + (int)(head & LengthMask);
    }

    private static uint Checksum(ulong salt, uint head, ReadOnlySpan<byte> leaf)
    {
        var crc = BitOperations.Crc32C(Crc32C.Seed, salt);
        crc = BitOperations.Crc32C(crc, head);
        return ~Crc32C.Add(crc, leaf);
    }
}
