using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Verification;

/// <summary>A tree that grows by blocks of 256 leaves, and its root at the sizes that checkpoints name.</summary>
internal sealed class RootTracker(IEnumerable<long> sizes)
{
    private readonly SortedSet<long> _asked = [.. sizes];
    private readonly Dictionary<long, string> _roots = [];
    private readonly CompactRange _blocks = new();
    private readonly List<byte> _folds = [];

    /// <summary>Roots of the full blocks, 32 bytes each: the hashes of level 1.</summary>
    public ReadOnlySpan<byte> Folds => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_folds);

    /// <summary>The root at a size that was asked for; null when the tree isn't that large.</summary>
    public string? Root(long size) =>
        size == 0 ? Convert.ToHexStringLower(new CompactRange().Root()) : _roots.GetValueOrDefault(size);

    /// <summary>The tree before the block that comes next.</summary>
    public CompactRange Before() => new(_blocks.Size * TilePath.Width, _blocks.Subtrees);

    /// <summary>Adds the next block; only the last one may be short.</summary>
    public void Add(ReadOnlySpan<byte> hashes, byte[]? fold = null)
    {
        var first = _blocks.Size * TilePath.Width;
        var count = hashes.Length / TreeHash.SizeBytes;
        foreach (var size in _asked.GetViewBetween(first, first + count))
        {
            _roots.TryAdd(size, RootWith(hashes[..((int)(size - first) * TreeHash.SizeBytes)]));
        }

        if (count == TilePath.Width)
        {
            fold = fold is { Length: > 0 } ? fold : FoldOf(hashes);
            _blocks.Append(fold);
            _folds.AddRange(fold);
        }
    }

    /// <summary>The root if the next block were this.</summary>
    public string RootWith(ReadOnlySpan<byte> hashes)
    {
        var tree = Before();
        for (; hashes.Length > 0; hashes = hashes[TreeHash.SizeBytes..])
        {
            tree.Append(hashes);
        }

        return Convert.ToHexStringLower(tree.Root());
    }

    public static byte[] FoldOf(ReadOnlySpan<byte> hashes)
    {
        var fold = new byte[TreeHash.SizeBytes];
        TileTree.Fold(hashes, TilePath.Height, fold);
        return fold;
    }
}
