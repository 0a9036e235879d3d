using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Verification;

/// <summary>Says entry by entry what differs from what was signed, once it is known what was.</summary>
internal sealed class FaultNaming(string directory, BlockLedger ledger, FaultList faults, long signed, bool byTiles)
{
    private readonly Dictionary<long, byte[]?> _tiles = [];

    /// <summary>Reads the files again whose entries differ, and compares them with the proven hashes.</summary>
    public void Name(List<LeafItem> items, HashSet<LeafItem> suspects, CancellationToken cancellationToken)
    {
        foreach (var item in items)
        {
            if (!faults.IsFull && byTiles && (suspects.Contains(item) || Differs(item)))
            {
                item.Read(directory, signed, cancellationToken);
                Name(item, item == items[^1]);
                item.Forget();
            }

            _tiles.Clear();
        }
    }

    private bool Differs(LeafItem item)
    {
        var last = Math.Min(item.End, signed) - 1;
        for (var block = item.First / TilePath.Width; block <= last / TilePath.Width; block++)
        {
            if (
                ledger.Differences.TryGetValue(block, out var difference)
                && difference.TileTrusted
                && !difference.TileIsFound
            )
            {
                return true;
            }
        }

        return false;
    }

    private void Name(LeafItem item, bool isLast)
    {
        var end = Math.Min(item.End, signed);
        if (item.Stretch is not { } stretch)
        {
            if (item.Segment is null && item.Problem.Length > 0)
            {
                var path = TilePath.Bundle(item.First / TilePath.Width, TilePath.Width);
                faults.Add(
                    item.Problem == "is missing" ? LogFaultKind.BundleMissing : LogFaultKind.BundleChanged,
                    item.First,
                    $"entries {item.First} to {end - 1} are gone: the bundle `{path}` {item.Problem}"
                );
            }

            return;
        }

        if (
            item.Segment is { } segment
            && TreeBefore(item.First) is { } before
            && !before.AsSpan().SequenceEqual(segment.Header.Subtrees)
        )
        {
            faults.Add(
                LogFaultKind.SegmentDamaged,
                item.First,
                $"the header of the segment `{segment.Path}` was changed: it isn't the tree before entry {item.First}"
            );
        }

        if (item.Segment is null && IsAnothers(item, stretch))
        {
            return;
        }

        var known = new List<byte[]>();
        for (var index = item.First; index < end; index++)
        {
            known.Add(ledger.Expected(index, _tiles));
        }

        var count = faults.Count;
        foreach (var fault in new StretchComparison(stretch, known, isLast, goesOn: item.Segment is null).Differences())
        {
            faults.Add(fault);
        }

        if (count == faults.Count && item.Problem.Length > 0)
        {
            faults.Add(LogFaultKind.BundleChanged, item.First, $"the bundle `{stretch.Path}` {item.Problem}");
        }
    }

    private bool IsAnothers(LeafItem item, Stretch stretch)
    {
        var own = item.First / TilePath.Width;
        var folds = ledger.Known.Folds;
        for (var block = 0; stretch.Fold is not null && block < folds.Length / TreeHash.SizeBytes; block++)
        {
            if (block != own && folds.Slice(block * TreeHash.SizeBytes, TreeHash.SizeBytes).SequenceEqual(stretch.Fold))
            {
                faults.Add(
                    LogFaultKind.Moved,
                    item.First,
                    $"the bundle `{stretch.Path}` was moved: it holds entries {block * TilePath.Width} to {((block + 1) * TilePath.Width) - 1}"
                );
                return true;
            }
        }

        return false;
    }

    // Null where a tile is missing that would tell.
    private byte[]? TreeBefore(long index)
    {
        var whole = index / TilePath.Width;
        var tree = new CompactRange();
        var folds = ledger.Known.Folds;
        for (var block = 0; block < whole; block++)
        {
            tree.Append(folds.Slice(block * TreeHash.SizeBytes, TreeHash.SizeBytes));
        }

        tree = new CompactRange(whole * TilePath.Width, tree.Subtrees);
        for (var i = whole * TilePath.Width; i < index; i++)
        {
            var hash = ledger.Expected(i, _tiles);
            if (hash.Length == 0)
            {
                return null;
            }

            tree.Append(hash);
        }

        return tree.Subtrees.ToArray();
    }
}
