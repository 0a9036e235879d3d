using System.Globalization;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Verification;

/// <summary>Holds tiles and bundles against the entries, once those are proven.</summary>
internal sealed class TileAudit(string directory, BlockLedger ledger, FaultList faults, long signed, bool byTiles)
{
    /// <summary>Checks every tile and bundle that the checkpoint needs.</summary>
    public void Check(CancellationToken cancellationToken)
    {
        if (!ledger.HasTiles)
        {
            return;
        }

        foreach (var difference in ledger.Differences.Values.OrderBy(difference => difference.Block))
        {
            cancellationToken.ThrowIfCancellationRequested();
            Judge(difference);
        }

        // Blocks behind the checkpoint have no tiles yet.
        var blocks = (int)(signed / TilePath.Width);
        var hashes = (byTiles ? ledger.Known : ledger.Found).Folds[..(blocks * TreeHash.SizeBytes)].ToArray();
        for (var level = 1; level <= TilePath.MaxLevel && hashes.Length > 0; level++)
        {
            hashes = CheckLevel(level, hashes);
        }

        CheckPartials();
    }

    private void Judge(BlockDifference difference)
    {
        var width = ledger.Signed(difference.Block);
        if (width == 0)
        {
            return;
        }

        var first = difference.Block * TilePath.Width;
        if (!difference.TileThere)
        {
            faults.Add(
                LogFaultKind.TileMissing,
                first,
                $"the tile `{TilePath.Tile(0, difference.Block, width)}` is missing or has another size"
            );
        }
        else if (!difference.TileIsFound && (!byTiles || !difference.TileTrusted))
        {
            faults.Add(
                LogFaultKind.TileChanged,
                first,
                $"the tile `{TilePath.Tile(0, difference.Block, width)}` was changed: it doesn't hold the hashes of its entries"
            );
        }

        var bundle = difference.Bundle;
        if (bundle.Problem.Length > 0)
        {
            faults.Add(
                bundle.Problem.EndsWith("is missing", StringComparison.Ordinal)
                    ? LogFaultKind.BundleMissing
                    : LogFaultKind.BundleChanged,
                first,
                bundle.Problem
            );
        }
        else if (byTiles && difference.TileTrusted ? !bundle.IsTile : !bundle.IsFound)
        {
            faults.Add(
                LogFaultKind.BundleChanged,
                first,
                $"the bundle `{TilePath.Bundle(difference.Block, TilePath.Width)}` was changed: it doesn't hold the entries that its tile has"
            );
        }
    }

    // The hashes of one level, from which those of the next are made.
    private byte[] CheckLevel(int level, byte[] hashes)
    {
        var count = hashes.Length / TreeHash.SizeBytes;
        var above = new List<byte>();
        var found = new byte[TilePath.FullBytes];
        for (var number = 0; number * TilePath.Width < count; number++)
        {
            var width = Math.Min(TilePath.Width, count - (number * TilePath.Width));
            var expected = hashes.AsSpan(number * TilePath.FullBytes, width * TreeHash.SizeBytes);
            if (width == TilePath.Width)
            {
                above.AddRange(RootTracker.FoldOf(expected));
            }

            var path = TilePath.Tile(level, number, width);
            if (!TileTree.TryLoad(directory, level, number, width, found))
            {
                faults.Add(LogFaultKind.TileMissing, null, $"the tile `{path}` is missing or has another size");
            }
            else if (!found.AsSpan(0, expected.Length).SequenceEqual(expected))
            {
                faults.Add(
                    LogFaultKind.TileChanged,
                    null,
                    $"the tile `{path}` was changed: it doesn't hold the roots of the tiles below"
                );
            }
        }

        return [.. above];
    }

    // Versions of the last tile and bundle for older checkpoints too: somebody may still ask for them.
    private void CheckPartials()
    {
        var block = signed / TilePath.Width;
        var width = ledger.Signed(block);
        if (ledger.Partial.Length < width * TreeHash.SizeBytes)
        {
            return;
        }

        foreach (var (path, at) in Versions(TilePath.Partials(0, block)).Where(version => version.Width < width))
        {
            if (TryRead(path) is { } tile && !ledger.Partial.AsSpan(0, at * TreeHash.SizeBytes).SequenceEqual(tile))
            {
                faults.Add(
                    LogFaultKind.TileChanged,
                    null,
                    $"the tile `{path}` was changed: it isn't the start of its tile"
                );
            }
        }

        var there = false;
        foreach (var (path, at) in Versions(TilePath.BundlePartials(block)).Where(version => version.Width <= width))
        {
            there |= at == width;
            var bundle = Stretch.OfBundle(directory, block, at, out var problem);
            if (bundle is null && !File.Exists(path))
            {
                continue;
            }

            if (
                bundle is null
                || problem.Length > 0
                || bundle.Count != at
                || !bundle.Holds(ledger.Partial.AsSpan(0, at * TreeHash.SizeBytes))
            )
            {
                faults.Add(
                    LogFaultKind.BundleChanged,
                    null,
                    $"the bundle `{path}` was changed: it doesn't hold the entries that its tile has"
                );
            }
        }

        if (width > 0 && !there && !File.Exists(Path.Combine(directory, TilePath.Bundle(block, TilePath.Width))))
        {
            faults.Add(LogFaultKind.BundleMissing, null, $"the bundle `{TilePath.Bundle(block, width)}` is missing");
        }
    }

    private static byte[]? TryRead(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (IOException) when (!File.Exists(path))
        {
            // A live log takes it away once the full tile is there.
            return null;
        }
    }

    private List<(string Path, int Width)> Versions(string folder)
    {
        var path = Path.Combine(directory, folder);
        var versions = new List<(string, int)>();
        foreach (var file in Directory.Exists(path) ? Directory.GetFiles(path) : [])
        {
            if (int.TryParse(Path.GetFileName(file), NumberStyles.None, CultureInfo.InvariantCulture, out var width))
            {
                versions.Add((file, width));
            }
        }

        return versions;
    }
}
