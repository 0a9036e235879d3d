using System.Numerics;
using System.Security.Cryptography;

namespace Bartizan.Log.Tree;

/// <summary>The Merkle tree hash of a range of leaves (RFC 6962 section 2.1), put together from perfect subtrees.</summary>
public static class SubtreeHash
{
    /// <summary>The root of the tree of the first <paramref name="size"/> leaves.</summary>
    public static byte[] Root(ISubtrees tree, long size)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        if (size == 0)
        {
            return SHA256.HashData([]);
        }

        var root = new byte[TreeHash.SizeBytes];
        Of(tree, 0, size, root);
        return root;
    }

    /// <summary>
    /// Hashes the leaves from <paramref name="from"/> up to, not including, <paramref name="to"/>. A range that RFC 6962 cuts
    /// out of a tree is perfect, or ends with the tree.
    /// </summary>
    internal static void Of(ISubtrees tree, long from, long to, Span<byte> hash)
    {
        var count = to - from;
        if (BitOperations.IsPow2(count))
        {
            var level = BitOperations.Log2((ulong)count);
            tree.Read(level, from >> level, hash);
            return;
        }

        var middle = from + Split(count);
        Span<byte> right = stackalloc byte[TreeHash.SizeBytes];
        Of(tree, from, middle, hash);
        Of(tree, middle, to, right);
        TreeHash.Node(hash, right, hash);
    }

    /// <summary>The largest power of two below <paramref name="count"/>: where RFC 6962 splits a tree.</summary>
    internal static long Split(long count) => 1L << BitOperations.Log2((ulong)count - 1);
}
