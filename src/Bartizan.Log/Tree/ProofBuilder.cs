namespace Bartizan.Log.Tree;

/// <summary>Collects a proof's hashes from the root down; they are written from the leaf up.</summary>
internal sealed class ProofBuilder(ISubtrees tree)
{
    private readonly List<byte[]> _hashes = [];

    /// <summary>Adds the hash of the leaves from <paramref name="from"/> up to, not including, <paramref name="to"/>.</summary>
    public void Add(long from, long to)
    {
        var hash = new byte[TreeHash.SizeBytes];
        SubtreeHash.Of(tree, from, to, hash);
        _hashes.Add(hash);
    }

    public byte[] BottomUp()
    {
        var proof = new byte[_hashes.Count * TreeHash.SizeBytes];
        for (var i = 0; i < _hashes.Count; i++)
        {
            _hashes[^(i + 1)].CopyTo(proof, i * TreeHash.SizeBytes);
        }

        return proof;
    }
}
