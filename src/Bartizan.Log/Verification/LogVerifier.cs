using Bartizan.Log.Pruning;
using Bartizan.Log.Tiles;
using Bartizan.Log.Tree;

namespace Bartizan.Log.Verification;

/// <summary>
/// Verifies a log from its files alone, also while another process writes it: every entry is hashed again, and the tree's
/// root must be the one that the checkpoint's signature covers.
/// <code>
/// 1 checkpoints   who signed what; do they contradict each other?
/// 2 entries       hash all, lay them beside the tiles' hashes, grow both trees
/// 3 judge         whose root is the signed one: the entries', the tiles', neither's?
/// 4 name          what differs, entry by entry
/// 5 derived       tiles above, bundles, indexes; what was pruned, and which entry says so
/// </code>
/// </summary>
public sealed class LogVerifier
{
    // Entries read side by side; their hashes are kept until the next ones come.
    private const int WindowEntries = 128 * 1024;

    // A log is pruned once a day.
    private const int MaxPrunesMeanwhile = 2;

    private readonly string _directory;
    private readonly LogVerifierOptions _options;
    private readonly FaultList _faults;
    private readonly HashSet<LeafItem> _suspects = [];
    private readonly List<byte> _block = [];
    private CheckpointSet _checkpoints = null!;
    private BlockLedger _ledger = null!;
    private PruneAudit _prune = null!;
    private (Stretch? Bundle, string Problem) _bundle;
    private byte[]? _fold;
    private long _found;
    private long _entries;
    private long _tailBytes;

    private LogVerifier(string directory, LogVerifierOptions options)
    {
        _directory = directory;
        _options = options;
        _faults = new FaultList(options.MaxFaults);
    }

    private long Signed => _checkpoints.Own?.Size ?? 0;

    /// <summary>Verifies the log in a directory.</summary>
    public static Task<LogVerdict> VerifyAsync(
        string directory,
        LogVerifierOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() => Verify(directory, options, cancellationToken), cancellationToken);
    }

    private static LogVerdict Verify(string directory, LogVerifierOptions options, CancellationToken cancellationToken)
    {
        for (var again = 0; ; again++)
        {
            var verifier = new LogVerifier(directory, options);
            var verdict = verifier.Verify(cancellationToken);
            if (
                verdict.Holds
                || again >= MaxPrunesMeanwhile
                || !MinimumIndex.TryRead(directory, out var minimum)
                || minimum.Index <= verdict.Minimum
            )
            {
                return verdict;
            }

            // A live log was pruned while it was read.
        }
    }

    private LogVerdict Verify(CancellationToken cancellationToken)
    {
        _checkpoints = CheckpointSet.Read(_directory, _options, _faults);
        var largest = _checkpoints.Sizes.DefaultIfEmpty(long.MaxValue).Max();
        var segments = SegmentSurvey.Read(_directory, _checkpoints.Key?.Name, largest, _faults);
        _prune = PruneAudit.Read(_directory, _options, segments, Signed, _faults);
        var sizes = _checkpoints.Sizes.Append(_prune.Minimum);
        _ledger = new BlockLedger(_directory, Signed, _checkpoints.Own?.Root, sizes);
        var items = LeafItem.Of(segments, Signed, _prune.Minimum);
        try
        {
            ReadAll(items, cancellationToken);
            Judge(items, cancellationToken);
            JudgeOthers();
        }
        finally
        {
            items.ForEach(item => item.Dispose());
        }

        return new LogVerdict(
            _entries,
            _checkpoints.Own,
            Math.Max(0, _entries - Signed),
            _tailBytes,
            _faults.ToImmutable()
        )
        {
            Minimum = _prune.Minimum,
        };
    }

    private void ReadAll(List<LeafItem> items, CancellationToken cancellationToken)
    {
        for (; _found < _prune.Minimum; _found += TilePath.Width)
        {
            AddPruned(_found / TilePath.Width);
        }

        for (var at = 0; at < items.Count; )
        {
            var window = new List<LeafItem>();
            for (long entries = 0; at < items.Count && (entries < WindowEntries || window.Count == 0); at++)
            {
                window.Add(items[at]);
                entries += items[at].Segment is null ? TilePath.Width : WindowEntries / 2;
            }

            Parallel.ForEach(
                window,
                new ParallelOptions { CancellationToken = cancellationToken },
                item => item.Read(_directory, Signed, cancellationToken)
            );
            foreach (var item in window)
            {
                Take(item);
                item.Forget();
            }
        }

        _entries = _found;
        if (items.Count > 0)
        {
            Fill(Signed, items[^1]);
        }

        Flush(null);
    }

    // A bundle that is still there, or there again, must be the one that went: others may serve the directory as it is.
    private void AddPruned(long block)
    {
        var there = File.Exists(Path.Combine(_directory, TilePath.Bundle(block, TilePath.Width)));
        var bundle = there ? Stretch.OfBundle(_directory, block, TilePath.Width, out _) : null;
        if (!_ledger.AddPruned(block, bundle) && there)
        {
            _faults.Add(
                LogFaultKind.BundleChanged,
                block * TilePath.Width,
                $"the bundle `{TilePath.Bundle(block, TilePath.Width)}` was pruned, and stands there with other entries"
            );
        }
    }

    private void Take(LeafItem item)
    {
        if (item.Stretch is not { } stretch)
        {
            // Gone, and with it all that it held: the tiles say what that was.
            _suspects.Add(item);
            Fill(Math.Min(item.End, Signed), item);
            return;
        }

        _tailBytes = item.Segment is null ? 0 : stretch.TailBytes;
        if (item.Segment is { } segment)
        {
            Fill(item.First, item);
            if (!segment.Header.Subtrees.AsSpan().SequenceEqual(TreeBefore().Subtrees))
            {
                _suspects.Add(item);
            }
        }
        else if (item.Problem.Length > 0)
        {
            _suspects.Add(item);
        }

        var count = (int)Math.Min(stretch.Count, item.End - item.First);
        if (item.End != long.MaxValue && stretch.Count != item.End - item.First && item.Segment is not null)
        {
            _suspects.Add(item);
        }

        _fold = stretch.Fold;
        for (var i = 0; i < count; i++)
        {
            Put(stretch.Hash(i), item);
        }

        if (item.End != long.MaxValue)
        {
            Fill(item.End, item);
        }
    }

    // What isn't there counts as zeros, so that every entry behind keeps its index.
    private void Fill(long until, LeafItem item)
    {
        for (Span<byte> nothing = stackalloc byte[TreeHash.SizeBytes]; _found < until; )
        {
            _suspects.Add(item);
            Put(nothing, item);
        }
    }

    private CompactRange TreeBefore()
    {
        var tree = _ledger.Known.Before();
        for (var hashes = _block.ToArray().AsSpan(); hashes.Length > 0; hashes = hashes[TreeHash.SizeBytes..])
        {
            tree.Append(hashes);
        }

        return tree;
    }

    private void Put(ReadOnlySpan<byte> hash, LeafItem item)
    {
        if (_block.Count == 0)
        {
            _bundle = item.Bundles.GetValueOrDefault(_found / TilePath.Width, (null, ""));
        }

        _block.AddRange(hash);
        _found++;
        if (_block.Count == TilePath.FullBytes)
        {
            Flush(item);
        }
    }

    private void Flush(LeafItem? item)
    {
        if (_block.Count == 0)
        {
            return;
        }

        var block = (_found - 1) / TilePath.Width;
        var hashes = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_block);
        _ledger.Add(block, hashes, item?.Segment is null ? _fold : null, _bundle.Bundle, _bundle.Problem);
        _block.Clear();
        _fold = null;
        _bundle = (null, "");
    }

    private void Judge(List<LeafItem> items, CancellationToken cancellationToken)
    {
        if (_checkpoints.Own is not { } own)
        {
            return;
        }

        var known = _ledger.Known.Root(own.Size) == own.Root;
        if (!known && _ledger.Found.Root(own.Size) != own.Root)
        {
            if (_entries < own.Size)
            {
                CutShort(own.Size);
            }
            else
            {
                _faults.Add(
                    LogFaultKind.Rewritten,
                    null,
                    $"the first {own.Size} entries aren't those that the checkpoint covers, and the tiles don't tell which: the log was rewritten"
                );
            }

            return;
        }

        new FaultNaming(_directory, _ledger, _faults, own.Size, known).Name(items, _suspects, cancellationToken);
        if (_faults.IsEmpty && !_ledger.PrunedDiffers && _ledger.Found.Root(own.Size) != own.Root)
        {
            CutShort(own.Size);
        }

        // Tiles that don't agree tell no root there; that they don't is named below.
        var tree = known ? _ledger.Known : _ledger.Found;
        _prune.Judge(own.Size, _ledger.PrunedDiffers ? null : tree.Root(_prune.Minimum));
        new TileAudit(_directory, _ledger, _faults, own.Size, known).Check(cancellationToken);
        foreach (var fault in items.Select(item => item.IndexFault).OfType<LogFault>())
        {
            _faults.Add(fault);
        }
    }

    private void CutShort(long signed) =>
        _faults.Add(
            LogFaultKind.Truncated,
            _entries,
            $"the log was cut short: it ends before entry {_entries}, its checkpoint covers {signed} entries"
        );

    private void JudgeOthers()
    {
        if (_checkpoints.Own is not { } own)
        {
            return;
        }

        foreach (var (path, other) in _checkpoints.Others.Where(other => other.Checkpoint.Size != own.Size))
        {
            if (other.Size > Math.Max(own.Size, _entries))
            {
                _faults.Add(
                    LogFaultKind.RolledBack,
                    own.Size,
                    $"the log was rolled back: `{path}` covers {other.Size} entries, the log and its checkpoint end before entry {own.Size}"
                );
            }
            else if (_ledger.Known.Root(other.Size) != other.Root && _ledger.Found.Root(other.Size) != other.Root)
            {
                _faults.Add(
                    LogFaultKind.Rewritten,
                    null,
                    $"the first {other.Size} entries aren't those of `{path}`: the log was rewritten and signed again"
                );
            }
        }
    }
}
