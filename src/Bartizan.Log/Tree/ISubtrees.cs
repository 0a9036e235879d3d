namespace Bartizan.Log.Tree;

/// <summary>
/// The hashes that proofs are made of: roots of perfect subtrees. Read from a log's tiles, or from
/// memory (<see cref="LeafHashes"/>).
/// </summary>
public interface ISubtrees
{
    /// <summary>
    /// Writes the root of the subtree of 2^<paramref name="level"/> leaves whose first leaf is
    /// <paramref name="index"/> · 2^<paramref name="level"/>.
    /// </summary>
    /// <exception cref="LogInconsistentException">When it isn't there.</exception>
    void Read(int level, long index, Span<byte> hash);
}
