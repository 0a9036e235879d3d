using System.Security.Cryptography;

namespace Bartizan.Log.Tree;

/// <summary>
/// RFC 6962 section 2.1: leaf = SHA-256(0x00 ‖ leaf), node = SHA-256(0x01 ‖ left ‖ right), empty tree = SHA-256 of nothing.
/// The prefix keeps a node from being passed off as a leaf.
/// </summary>
public static class TreeHash
{
    /// <summary>Size of a hash in bytes.</summary>
    public const int SizeBytes = 32;

    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;

    /// <summary>Hashes a leaf.</summary>
    public static void Leaf(ReadOnlySpan<byte> leaf, Span<byte> hash)
    {
        var prefixed = System.Buffers.ArrayPool<byte>.Shared.Rent(leaf.Length + 1);
        prefixed[0] = LeafPrefix;
        leaf.CopyTo(prefixed.AsSpan(1));
        SHA256.HashData(prefixed.AsSpan(0, leaf.Length + 1), hash);
        System.Buffers.ArrayPool<byte>.Shared.Return(prefixed);
    }

    /// <summary>Hashes a leaf without copying it: the byte before the leaf is overwritten with the prefix.</summary>
    internal static void LeafInPlace(Span<byte> spareByteAndLeaf, Span<byte> hash)
    {
        spareByteAndLeaf[0] = LeafPrefix;
        SHA256.HashData(spareByteAndLeaf, hash);
    }

    /// <summary>Hashes two subtrees into one. The result may lie over either of them.</summary>
    public static void Node(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> hash)
    {
        Span<byte> both = stackalloc byte[1 + (2 * SizeBytes)];
        both[0] = NodePrefix;
        left[..SizeBytes].CopyTo(both[1..]);
        right[..SizeBytes].CopyTo(both[(1 + SizeBytes)..]);
        SHA256.HashData(both, hash);
    }
}
