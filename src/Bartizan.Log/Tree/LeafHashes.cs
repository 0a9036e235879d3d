namespace Bartizan.Log.Tree;

/// <summary>A tree whose leaf hashes are all in memory; subtrees are hashed when they are asked for. For small trees.</summary>
public sealed class LeafHashes : ISubtrees
{
    private readonly List<byte[]> _leaves = [];

    /// <summary>Number of leaves.</summary>
    public long Size => _leaves.Count;

    /// <summary>Adds a leaf by its hash.</summary>
    public void Append(ReadOnlySpan<byte> leafHash) => _leaves.Add(leafHash[..TreeHash.SizeBytes].ToArray());

    /// <summary>The root of the tree of the first <paramref name="size"/> leaves.</summary>
    public byte[] Root(long size) => SubtreeHash.Root(this, size);

    /// <inheritdoc/>
    public void Read(int level, long index, Span<byte> hash)
    {
        if (level == 0)
        {
            _leaves[checked((int)index)].CopyTo(hash);
            return;
        }

        Span<byte> right = stackalloc byte[TreeHash.SizeBytes];
        Read(level - 1, 2 * index, hash);
        Read(level - 1, (2 * index) + 1, right);
        TreeHash.Node(hash, right, hash);
    }
}
