using Bartizan.Log.Pruning;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;

namespace Bartizan.Log.Verification;

/// <summary>
/// Tells pruned from missing. What the file <c>minimum</c> says is taken while reading; once the tree holds, the leaf that it names
/// must say so too.
/// </summary>
internal sealed class PruneAudit
{
    private readonly string _directory;
    private readonly LogVerifierOptions _options;
    private readonly FaultList _faults;
    private MinimumIndex _standing = Pruning.MinimumIndex.None;

    private PruneAudit(string directory, LogVerifierOptions options, FaultList faults)
    {
        _directory = directory;
        _options = options;
        _faults = faults;
    }

    /// <summary>Entries before it were pruned, as far as is known yet.</summary>
    public long Minimum => _standing.Index;

    /// <summary>Reads what the directory says, and where bundles are missing beyond that, what its entries say.</summary>
    public static PruneAudit Read(
        string directory,
        LogVerifierOptions options,
        List<SegmentFile> segments,
        long signed,
        FaultList faults
    )
    {
        var audit = new PruneAudit(directory, options, faults);
        audit.Read(segments.Count > 0 ? segments[0].Header.FirstIndex : signed, signed);
        return audit;
    }

    /// <summary>Holds the minimum index against the leaf that records it. Only of a tree that holds.</summary>
    public void Judge(long signed, string? root)
    {
        if (Minimum == 0)
        {
            return;
        }

        var index = _standing.Record;
        if (index >= signed)
        {
            Unrecorded($"entry {index}, which no checkpoint covers");
        }
        else if (RecordAt(index) is not { } record)
        {
            Unrecorded($"entry {index}, which records no prune");
        }
        else if (Pruner.ProblemOf(record, index) is { } problem)
        {
            _faults.Add(LogFaultKind.PruneOverclaims, index, problem);
        }
        else if (record.Minimum < Minimum)
        {
            Unrecorded($"entry {index}, which records a prune up to {record.Minimum} only");
        }
        else if (record.Minimum > Minimum)
        {
            RolledBack(record.Minimum, index);
        }
        else if (root is not null && root != record.Root)
        {
            _faults.Add(
                LogFaultKind.PruneOverclaims,
                index,
                $"entry {index} records a prune of entries up to {Minimum} that this log never had: its root differs"
            );
        }
    }

    private void Read(long bundled, long signed)
    {
        if (!Pruning.MinimumIndex.TryRead(_directory, out _standing))
        {
            _faults.Add(
                LogFaultKind.PruneUnrecorded,
                null,
                $"`{Path.Combine(_directory, Pruning.MinimumIndex.FileName)}` is not what the log wrote"
            );
        }

        if (Minimum > bundled)
        {
            Unrecorded($"entry {_standing.Record}; entries from {bundled} on were never bundled");
            _standing = Pruning.MinimumIndex.None;
        }

        if (
            Minimum < bundled - (bundled % TilePath.Width)
            && !IsThere(Minimum / TilePath.Width)
            && Newest(bundled, signed) is { } newest
        )
        {
            RolledBack(newest.Index, newest.Record);
            _standing = newest;
        }
    }

    private bool IsThere(long block) => File.Exists(Path.Combine(_directory, TilePath.Bundle(block, TilePath.Width)));

    // The newest record of a prune that goes further than the file says; null when none does.
    private MinimumIndex? Newest(long bundled, long signed)
    {
        MinimumIndex? newest = null;
        var from = Minimum;
        while (from < bundled && !IsThere(from / TilePath.Width))
        {
            from += TilePath.Width;
        }

        try
        {
            foreach (var (index, spared) in new LeafWalk(_directory).Read(from, long.MaxValue))
            {
                if (
                    _options.PruneRecords.Read(spared.Span[1..]) is { } record
                    && record.Minimum > (newest?.Index ?? Minimum)
                    && record.Minimum <= bundled
                    && Pruner.ProblemOf(record, index) is null
                    && IsOfTree(record, signed)
                )
                {
                    newest = new MinimumIndex(record.Minimum, index);
                }
            }
        }
        catch (LogInconsistentException)
        {
            // What is behind the damage can't vouch for anything; the damage itself is named elsewhere.
        }

        return newest;
    }

    // As far as the tiles tell: whether they are right shows when the tree is held against its root.
    private bool IsOfTree(PruneRecord record, long signed)
    {
        try
        {
            var tree = new TileTree(_directory, signed);
            return record.Minimum <= signed
                && Convert.ToHexStringLower(Tree.SubtreeHash.Root(tree, record.Minimum)) == record.Root;
        }
        catch (LogInconsistentException)
        {
            return true;
        }
    }

    private PruneRecord? RecordAt(long index)
    {
        try
        {
            using var leaves = new LeafLookup(_directory);
            return leaves.Read(index) is { } leaf ? _options.PruneRecords.Read(leaf.Span) : null;
        }
        catch (LogInconsistentException)
        {
            return null;
        }
    }

    private void Unrecorded(string by) =>
        _faults.Add(
            LogFaultKind.PruneUnrecorded,
            Minimum,
            $"entries before {Minimum} are gone, and no entry records that they were pruned: the minimum index names {by}"
        );

    private void RolledBack(long recorded, long index) =>
        _faults.Add(
            LogFaultKind.PruneRolledBack,
            index,
            $"the minimum index was rolled back to {Minimum}: entry {index} records a prune up to {recorded}"
        );
}
