using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Verification;

/// <summary>
/// Lays the entries found beside the hashes that the tiles keep, block by block, and grows both trees. Where they differ, the
/// tile above tells which of the two to trust; in the end one root or the other is the signed one, or none.
/// </summary>
internal sealed class BlockLedger
{
    /// <summary>Blocks that differ; a log with more of them is lost.</summary>
    private const int MaxDifferences = 4096;

    private readonly string _directory;
    private readonly long _signed;
    private readonly string? _signedRoot;
    private readonly byte[] _above = new byte[TilePath.FullBytes];
    private long _aboveNumber = -1;

    public BlockLedger(string directory, long signed, string? signedRoot, IEnumerable<long> sizes)
    {
        _directory = directory;
        _signed = signed;
        _signedRoot = signedRoot;
        Found = new RootTracker(sizes);
        Known = new RootTracker(sizes);
        HasTiles = Directory.Exists(Path.Combine(directory, TilePath.Folder, "0"));
    }

    /// <summary>The tree of what was found.</summary>
    public RootTracker Found { get; }

    /// <summary>The tree of what the tiles know, and of what was found where they don't.</summary>
    public RootTracker Known { get; }

    /// <summary>Blocks that aren't what they should be.</summary>
    public Dictionary<long, BlockDifference> Differences { get; } = [];

    /// <summary>True when the tiles of what was pruned don't agree among themselves.</summary>
    public bool PrunedDiffers { get; private set; }

    /// <summary>False for a log of an older version, which had no tiles.</summary>
    public bool HasTiles { get; }

    /// <summary>The last block, when it isn't full, as it is known.</summary>
    public byte[] Partial { get; private set; } = [];

    /// <summary>How many of a block's entries the checkpoint covers.</summary>
    public int Signed(long block) => (int)Math.Clamp(_signed - (block * TilePath.Width), 0, TilePath.Width);

    /// <summary>Takes the hashes of the next block's entries, zeros where one is missing.</summary>
    public void Add(long block, ReadOnlySpan<byte> found, byte[]? fold, Stretch? bundle, string bundleProblem)
    {
        var signed = Signed(block);
        var tile = new byte[signed * TreeHash.SizeBytes];
        var there = signed > 0 && HasTiles && TileTree.TryLoad(_directory, 0, block, signed, tile) || signed == 0;
        var same = there && found.StartsWith(tile);
        // What the checkpoint doesn't cover has no tile yet: it counts as it was found.
        var known = there && !same ? [.. tile, .. Rest(found, tile.Length)] : (ReadOnlySpan<byte>)found;
        var trusted = there && (same || Trust(block, tile, found));
        Found.Add(found, fold);
        Known.Add(trusted ? known : found, same ? fold : null);
        if (signed is > 0 and < TilePath.Width)
        {
            Partial = (trusted ? known : found).ToArray();
        }

        var finding = Look(block, signed, found, tile, bundle, bundleProblem);
        var whole = same || (!HasTiles && signed > 0);
        if ((!whole || finding is not { Problem: "", IsFound: true }) && Differences.Count < MaxDifferences)
        {
            Differences[block] = new BlockDifference(block, there, same, trusted, finding);
        }
    }

    /// <summary>
    /// Takes the next block, which was pruned: its tile is all that there is. One tree goes by it, the other by the tile above, so that
    /// the signed root tells which of the two was changed.
    /// </summary>
    /// <returns>Whether <paramref name="bundle"/> holds the entries of the tile.</returns>
    public bool AddPruned(long block, Stretch? bundle)
    {
        var tile = new byte[TilePath.FullBytes];
        var there = TileTree.TryLoad(_directory, 0, block, TilePath.Width, tile);
        var fold = RootTracker.FoldOf(tile);
        var above = Above(block).ToArray();
        var same = there && (above.Length == 0 || above.AsSpan().SequenceEqual(fold));
        Known.Add(tile, there ? fold : above);
        Found.Add(tile, above.Length == 0 ? fold : above);
        PrunedDiffers |= !same;
        if (!same && Differences.Count < MaxDifferences)
        {
            Differences[block] = new BlockDifference(block, there, false, true, BundleFinding.None);
        }

        return bundle is { Count: TilePath.Width } && bundle.Holds(tile);
    }

    /// <summary>The hash that an entry must have, as its tile says; empty where no tile does.</summary>
    public byte[] Expected(long index, Dictionary<long, byte[]?> cache)
    {
        var block = index / TilePath.Width;
        if (!cache.TryGetValue(block, out var tile))
        {
            tile = new byte[Signed(block) * TreeHash.SizeBytes];
            var usable = !Differences.TryGetValue(block, out var difference) || difference.TileTrusted;
            if (!usable || !HasTiles || !TileTree.TryLoad(_directory, 0, block, Signed(block), tile))
            {
                tile = null;
            }

            cache[block] = tile;
        }

        var at = (int)(index % TilePath.Width) * TreeHash.SizeBytes;
        return tile is null || at >= tile.Length ? [] : tile[at..(at + TreeHash.SizeBytes)];
    }

    private static ReadOnlySpan<byte> Rest(ReadOnlySpan<byte> found, int from) =>
        found.Length > from ? found[from..] : [];

    private bool Trust(long block, ReadOnlySpan<byte> tile, ReadOnlySpan<byte> found)
    {
        if (tile.Length < TilePath.FullBytes)
        {
            // No tile above: the signed root itself decides, if the blocks before are whole.
            return found.Length < tile.Length
                || _signedRoot is null
                || Known.RootWith(found[..tile.Length]) != _signedRoot;
        }

        var above = Above(block);
        if (above.IsEmpty || found.Length < TilePath.FullBytes)
        {
            return true;
        }

        return RootTracker.FoldOf(tile).AsSpan().SequenceEqual(above)
            || !RootTracker.FoldOf(found).AsSpan().SequenceEqual(above);
    }

    // What the tile above has for a block; empty when there is none.
    private ReadOnlySpan<byte> Above(long block)
    {
        var number = block / TilePath.Width;
        var width = (int)Math.Min(TilePath.Width, (_signed / TilePath.Width) - (number * TilePath.Width));
        if (_aboveNumber != number)
        {
            _aboveNumber = TileTree.TryLoad(_directory, 1, number, width, _above) ? number : -1;
        }

        return _aboveNumber < 0
            ? default
            : _above.AsSpan((int)(block % TilePath.Width) * TreeHash.SizeBytes, TreeHash.SizeBytes);
    }

    private BundleFinding Look(
        long block,
        int signed,
        ReadOnlySpan<byte> found,
        ReadOnlySpan<byte> tile,
        Stretch? bundle,
        string problem
    )
    {
        if (signed < TilePath.Width || !HasTiles || (bundle is null && problem.Length == 0))
        {
            return BundleFinding.None;
        }

        if (bundle is null || problem.Length > 0)
        {
            return new BundleFinding($"the bundle `{TilePath.Bundle(block, TilePath.Width)}` {problem}", false, false);
        }

        var isFound = bundle.Count == TilePath.Width && bundle.Holds(found);
        return new BundleFinding("", isFound, bundle.Count == TilePath.Width && bundle.Holds(tile));
    }
}
