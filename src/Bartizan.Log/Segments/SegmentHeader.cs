using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Segments;

/// <summary>
/// The first 4,096 bytes of a segment, little-endian:
/// <code>
///    0  "bzlogseg"            8   magic
///    8  version               4   1
///   12  header's length       4   4,096
///   16  index of first entry  8
///   24  salt                  8   random; seeds every checksum of this segment
///   32  SHA-256 of origin    32   a segment of another log isn't taken for ours
///   64  number of subtrees    4
///   68  subtrees           ≤ 63 × 32   right edge of the tree before the first entry (see CompactRange)
/// 4092  CRC-32C of all before
/// </code>
/// The edge makes opening a log cost one segment, whatever its age.
/// </summary>
internal sealed record SegmentHeader(long FirstIndex, ulong Salt, byte[] OriginDigest, byte[] Subtrees)
{
    public const int Bytes = 4096;
    public const int Version = 1;
    private const int SubtreesAt = 68;
    private static readonly byte[] s_magic = "bzlogseg"u8.ToArray();

    public static SegmentHeader For(string origin, CompactRange tree) =>
        new(
            tree.Size,
            BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))),
            SHA256.HashData(Encoding.UTF8.GetBytes(origin)),
            tree.Subtrees.ToArray()
        );

    public CompactRange Tree() => new(FirstIndex, Subtrees);

    public byte[] Encode()
    {
        var bytes = new byte[Bytes];
        s_magic.CopyTo(bytes, 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), Bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), FirstIndex);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(24), Salt);
        OriginDigest.CopyTo(bytes, 32);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(64), Subtrees.Length / TreeHash.SizeBytes);
        Subtrees.CopyTo(bytes, SubtreesAt);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(Bytes - 4), Crc32C.Of(bytes.AsSpan(0, Bytes - 4)));
        return bytes;
    }

    /// <summary>Reads a header; null with a reason when it isn't one.</summary>
    public static SegmentHeader? Decode(ReadOnlySpan<byte> bytes, out string problem)
    {
        problem = "";
        if (bytes.Length < Bytes || !bytes.StartsWith(s_magic))
        {
            problem = "is not a segment of a log";
            return null;
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            problem = $"has format version `{version}`; this program reads version {Version}";
            return null;
        }

        var firstIndex = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[64..]);
        var crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(Bytes - 4)..]);
        if (
            crc != Crc32C.Of(bytes[..(Bytes - 4)])
            || firstIndex < 0
            || count != System.Numerics.BitOperations.PopCount((ulong)firstIndex)
        )
        {
            problem = "has a damaged header";
            return null;
        }

        return new SegmentHeader(
            firstIndex,
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            bytes.Slice(32, TreeHash.SizeBytes).ToArray(),
            bytes.Slice(SubtreesAt, count * TreeHash.SizeBytes).ToArray()
        );
    }
}
