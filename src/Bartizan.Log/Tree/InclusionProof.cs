using System.Security.Cryptography;

namespace Bartizan.Log.Tree;

/// <summary>
/// Proof that a leaf is in a tree (RFC 6962 section 2.1.1; checked as RFC 9162 section 2.1.3.2 says). A proof is its hashes one
/// behind the other, from the leaf's sibling up to the root's child: 20 for one of a million.
/// </summary>
public static class InclusionProof
{
    /// <summary>Makes the proof that the leaf at <paramref name="index"/> is in the tree of <paramref name="size"/> leaves.</summary>
    public static byte[] Make(ISubtrees tree, long index, long size)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new ProofBuilder(tree);
        var (from, to) = (0L, size);
        while (to - from > 1)
        {
            var middle = from + SubtreeHash.Split(to - from);
            if (index < middle)
            {
                proof.Add(middle, to);
                to = middle;
            }
            else
            {
                proof.Add(from, middle);
                from = middle;
            }
        }

        return proof.BottomUp();
    }

    /// <summary>True when the proof leads from the leaf's hash at this index to the root of a tree of this size.</summary>
    public static bool Check(
        long index,
        long size,
        ReadOnlySpan<byte> leafHash,
        ReadOnlySpan<byte> root,
        ReadOnlySpan<byte> proof
    )
    {
        if (
            index < 0
            || index >= size
            || leafHash.Length != TreeHash.SizeBytes
            || root.Length != TreeHash.SizeBytes
            || proof.Length % TreeHash.SizeBytes != 0
        )
        {
            return false;
        }

        var (node, last) = (index, size - 1);
        Span<byte> hash = stackalloc byte[TreeHash.SizeBytes];
        leafHash.CopyTo(hash);
        for (; proof.Length > 0; proof = proof[TreeHash.SizeBytes..])
        {
            if (last == 0)
            {
                return false;
            }

            var sibling = proof[..TreeHash.SizeBytes];
            if ((node & 1) == 1 || node == last)
            {
                TreeHash.Node(sibling, hash, hash);
                // A last node without a sibling has none on these levels: its hash goes up as it is.
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                TreeHash.Node(hash, sibling, hash);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0 && CryptographicOperations.FixedTimeEquals(hash, root);
    }
}
