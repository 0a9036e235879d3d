using System.Numerics;
using System.Security.Cryptography;

namespace Bartizan.Log.Tree;

/// <summary>
/// Proof that a tree is an older one with leaves added and nothing changed (RFC 6962 section 2.1.2; checked as RFC 9162 section
/// 2.1.4.2 says). A proof is its hashes one behind the other. From the empty tree and to the same tree it is empty, as
/// C2SP tlog-witness has it.
/// </summary>
public static class ConsistencyProof
{
    /// <summary>C2SP tlog-witness: at most 63 hashes.</summary>
    public const int MaxHashes = 63;

    /// <summary>Makes the proof from the tree of <paramref name="older"/> leaves to that of <paramref name="newer"/>.</summary>
    public static byte[] Make(ISubtrees tree, long older, long newer)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfNegative(older);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(older, newer);
        var proof = new ProofBuilder(tree);
        if (older == 0)
        {
            return [];
        }

        // SUBPROOF(m, D[n], b) of the RFC: b is true while the older tree, whose root the checker has, still begins at leaf 0.
        var (from, to) = (0L, newer);
        while (older < to)
        {
            var middle = from + SubtreeHash.Split(to - from);
            if (older <= middle)
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

        if (from > 0)
        {
            proof.Add(from, to);
        }

        return proof.BottomUp();
    }

    /// <summary>True when the proof leads from the older tree's root to the newer one's.</summary>
    public static bool Check(
        long older,
        long newer,
        ReadOnlySpan<byte> olderRoot,
        ReadOnlySpan<byte> newerRoot,
        ReadOnlySpan<byte> proof
    )
    {
        if (
            older < 0
            || older > newer
            || olderRoot.Length != TreeHash.SizeBytes
            || newerRoot.Length != TreeHash.SizeBytes
            || proof.Length % TreeHash.SizeBytes != 0
        )
        {
            return false;
        }

        if (older == newer)
        {
            return proof.IsEmpty && CryptographicOperations.FixedTimeEquals(olderRoot, newerRoot);
        }

        if (older == 0)
        {
            return proof.IsEmpty && CryptographicOperations.FixedTimeEquals(olderRoot, SHA256.HashData([]));
        }

        return !proof.IsEmpty && Leads(older, newer, olderRoot, newerRoot, proof);
    }

    private static bool Leads(
        long older,
        long newer,
        ReadOnlySpan<byte> olderRoot,
        ReadOnlySpan<byte> newerRoot,
        ReadOnlySpan<byte> proof
    )
    {
        var (node, last) = (older - 1, newer - 1);
        var shift = BitOperations.TrailingZeroCount(older);
        node >>= shift;
        last >>= shift;
        Span<byte> first = stackalloc byte[TreeHash.SizeBytes];
        Span<byte> second = stackalloc byte[TreeHash.SizeBytes];
        if (node == 0)
        {
            // The older tree is perfect: its root is where the proof starts, and isn't in it.
            olderRoot.CopyTo(first);
        }
        else
        {
            proof[..TreeHash.SizeBytes].CopyTo(first);
            proof = proof[TreeHash.SizeBytes..];
        }

        first.CopyTo(second);
        for (; proof.Length > 0; proof = proof[TreeHash.SizeBytes..])
        {
            if (last == 0)
            {
                return false;
            }

            var sibling = proof[..TreeHash.SizeBytes];
            if ((node & 1) == 1 || node == last)
            {
                TreeHash.Node(sibling, first, first);
                TreeHash.Node(sibling, second, second);
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                TreeHash.Node(second, sibling, second);
            }

            node >>= 1;
            last >>= 1;
        }

        return last == 0
            && CryptographicOperations.FixedTimeEquals(first, olderRoot)
            && CryptographicOperations.FixedTimeEquals(second, newerRoot);
    }
}
