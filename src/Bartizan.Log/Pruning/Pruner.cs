using Bartizan.Log.Tiles;

namespace Bartizan.Log.Pruning;

/// <summary>
/// Removes the bundles below a minimum index (C2SP tlog-tiles). Tiles of hashes stay, so every proof and every checkpoint holds on.
/// <code>
/// archive written, synced, verified ─ leaf recorded, published ─ `minimum` replaced ─ bundles removed
/// </code>
/// INVARIANT: a bundle goes only after a published leaf says so; a crash in between leaves what the next call finishes.
/// </summary>
internal static class Pruner
{
    /// <summary>Removes what a record that is published lets go.</summary>
    public static void Remove(string directory, PruneRecord record, long index)
    {
        var standing = MinimumIndex.Of(directory);
        if (standing.Index < record.Minimum)
        {
            new MinimumIndex(record.Minimum, index).Save(directory);
        }

        var touched = new HashSet<string>(StringComparer.Ordinal);
        for (var block = record.First / TilePath.Width; block < record.Minimum / TilePath.Width; block++)
        {
            var path = Path.Combine(directory, TilePath.Bundle(block, TilePath.Width));
            if (File.Exists(path))
            {
                File.Delete(path);
                touched.Add(Path.GetDirectoryName(path)!);
            }
        }

        foreach (var folder in touched)
        {
            Disks.SystemDisk.SyncDirectory(folder);
        }
    }

    /// <summary>Why a record can't be what a prune goes by; null when it can.</summary>
    public static string? ProblemOf(PruneRecord record, long index)
    {
        if (
            record.Minimum % TilePath.Width != 0
            || record.First % TilePath.Width != 0
            || record.First >= record.Minimum
        )
        {
            return $"entry {index} records a prune from {record.First} to {record.Minimum}, which is no range of whole bundles";
        }

        return record.Minimum > record.Size || record.Size > index
            ? $"entry {index} records a prune of entries up to {record.Minimum} under a checkpoint of {record.Size} entries: it claims more than was signed when it was written"
            : null;
    }
}
