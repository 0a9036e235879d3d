using Bartizan.Log.Checkpoints;
using Bartizan.Log.Publishing;
using Bartizan.Log.Segments;
using Bartizan.Log.Tiles;

namespace Bartizan.Log.Pruning;

/// <summary>
/// Pruning of an open log, step by step, so that its owner can record each in its own words:
/// <code>
/// ArchiveAsync ── what goes, in a file that proves itself ──▶ the record to append
/// append       ── the owner's leaf, which holds the record
/// FinishAsync  ── published (and witnessed, where the log has a policy) ──▶ minimum index, bundles removed
/// </code>
/// Whatever ends the process in between: an archive alone means nothing, a recorded prune is finished by calling
/// <see cref="FinishAsync"/> again.
/// </summary>
public sealed class LogPruning
{
    private readonly string _directory;
    private readonly LogOptions _options;
    private readonly NoteVerifier _key;
    private readonly RungBoard _rungs;
    private readonly LeafWalk _leaves;
    private readonly SemaphoreSlim _turn = new(1);

    internal LogPruning(string directory, LogOptions options, NoteVerifier key, RungBoard rungs)
    {
        _directory = directory;
        _options = options;
        _key = key;
        _rungs = rungs;
        _leaves = new LeafWalk(directory);
    }

    /// <summary>The minimum index: the first entry that is still there.</summary>
    public long Minimum => MinimumIndex.Of(_directory).Index;

    /// <summary>
    /// How far could be pruned now: whole bundles whose segment was given up for them, under a published checkpoint, and a witnessed one
    /// where the log has a policy.
    /// </summary>
    public long End
    {
        get
        {
            var segments = _leaves.Segments();
            var end = segments.Count == 0 ? 0 : Math.Min(segments[0].Header.FirstIndex, Standing.Size);
            return end - (end % TilePath.Width);
        }
    }

    private LogStanding Standing =>
        _rungs.Standing(_options.Cosignatures is null ? LogRung.Published : LogRung.Witnessed);

    /// <summary>
    /// Writes the entries from the minimum index up to <paramref name="minimum"/> into an archive, syncs it, reads it back and verifies it.
    /// Nothing is removed.
    /// </summary>
    /// <returns>What the owner appends as a leaf.</returns>
    /// <exception cref="LogInconsistentException">When the files don't hold what the checkpoint covers.</exception>
    /// <exception cref="IOException">When the disk fails.</exception>
    public Task<PruneRecord> ArchiveAsync(long minimum, string path, CancellationToken cancellationToken) =>
        InTurnAsync(
            () =>
            {
                var first = Minimum;
                var standing = Standing;
                if (minimum % TilePath.Width != 0 || minimum <= first || minimum > End)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(minimum),
                        $"{minimum} can't be the minimum index: it must be a multiple of {TilePath.Width} above {first}, at most {End}"
                    );
                }

                return ArchiveWriter.Write(
                    _directory,
                    first,
                    minimum,
                    standing.Checkpoint!,
                    _key,
                    path,
                    cancellationToken
                );
            },
            cancellationToken
        );

    /// <summary>
    /// Does what an appended record says: waits until it is published (and witnessed, where the log has a policy), replaces the minimum
    /// index, removes the bundles. Once more for one that was interrupted.
    /// </summary>
    /// <exception cref="LogInconsistentException">When there is no such record, or the log has another tree.</exception>
    public async Task FinishAsync(LogPosition position, CancellationToken cancellationToken)
    {
        var record = Record(position.Index);
        var rung = _options.Cosignatures is null ? LogRung.Published : LogRung.Witnessed;
        _ = await _rungs.WaitAsync(rung, position.Index, cancellationToken).ConfigureAwait(false);
        _ = await InTurnAsync(
                () =>
                {
                    Pruner.Remove(_directory, record, position.Index);
                    return record;
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    private PruneRecord Record(long index)
    {
        using var leaves = new LeafLookup(_directory);
        var record =
            (leaves.Read(index) is { } leaf ? _options.PruneRecords.Read(leaf.Span) : null)
            ?? throw new LogInconsistentException($"entry {index} is no record of a prune");
        if (Pruner.ProblemOf(record, index) is { } problem)
        {
            throw new LogInconsistentException(problem);
        }

        // A record goes on where the one before it ended; the same once more when it was interrupted.
        var minimum = Minimum;
        if (record.First > minimum || record.Minimum < minimum || record.Minimum > End)
        {
            throw new LogInconsistentException(
                $"entry {index} records a prune from {record.First} to {record.Minimum}, the log's minimum index is {minimum} and it can be pruned up to {End}"
            );
        }

        var root = Tree.SubtreeHash.Root(new TileTree(_directory, Standing.Size), record.Minimum);
        return Convert.ToHexStringLower(root) == record.Root
            ? record
            : throw new LogInconsistentException($"entry {index} records a prune of another log: its root differs");
    }

    private async Task<T> InTurnAsync<T>(Func<T> step, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await Task.Run(step, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }
}
