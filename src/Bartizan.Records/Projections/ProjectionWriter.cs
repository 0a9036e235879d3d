using Bartizan.Log;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Projections;

/// <summary>
/// Brings a projection up to its log, batch by batch: each batch and the mark that covers it in one transaction, so that a crash anywhere
/// leaves a projection of fewer entries and not a wrong one. One that doesn't fit the log is thrown away and built again.
/// </summary>
internal sealed class ProjectionWriter(IProjectionStore store, LogDirectory log, LeafLookup leaves, string origin)
{
    /// <summary>
    /// Entries of one transaction: it costs little against them, little is lost with one, and they are gone again before the garbage
    /// collector has copied them twice.
    /// </summary>
    public const int MaxBatch = 512;

    private TextIds _texts = new(store);
    private ProjectionMark? _mark;

    /// <summary>How many entries the projection covers.</summary>
    public long Size => _mark?.Size ?? 0;

    /// <summary>Whether a mark's log is this one.</summary>
    public static bool Fits(ProjectionMark mark, string origin, LeafLookup leaves) =>
        mark.Origin == origin
        && (mark.Size == 0 ? mark.Fit.Length == 0 : mark.Size > 0 && leaves.HashOf(mark.Size - 1) == mark.Fit);

    /// <summary>Adds entries up to <paramref name="size"/>; returns how many were added.</summary>
    /// <exception cref="LogInconsistentException">When the log is damaged.</exception>
    /// <exception cref="InvalidDataException">When an entry is of a format that this program doesn't read.</exception>
    public async Task<long> CatchUpAsync(long size, CancellationToken cancellationToken)
    {
        if (_mark is null)
        {
            Begin();
        }

        var added = 0L;
        var rows = new List<ProjectedEntry>(MaxBatch);
        var from = _mark!.Size;
        await foreach (
            var leaf in log.ReadAsync(from, Math.Max(0, size - from), cancellationToken).ConfigureAwait(false)
        )
        {
            rows.Add(ProjectedEntry.Of(EntryDecoder.Decode(leaf.Index, leaf.Bytes)));
            if (rows.Count == MaxBatch)
            {
                Add(rows);
                added += rows.Count;
                rows.Clear();
            }
        }

        if (rows.Count > 0)
        {
            Add(rows);
            added += rows.Count;
        }

        return added;
    }

    private void Begin()
    {
        var mark = store.Mark();
        if (mark is null || !Fits(mark, origin, leaves))
        {
            mark = new ProjectionMark(ProjectionLayout.Version, origin, 0, "");
            store.Reset(mark);
        }

        _texts = new TextIds(store);
        _mark = mark;
    }

    private void Add(List<ProjectedEntry> entries)
    {
        var before = _mark!;
        var size = entries[^1].Index + 1;
        var fit =
            leaves.HashOf(size - 1) ?? throw new LogInconsistentException($"entry {size - 1} can't be read again");
        var after = before with { Size = size, Fit = fit };
        var batch = _texts.Batch(entries);
        try
        {
            if (!store.Append(batch, before, after))
            {
                throw new InvalidOperationException("another process writes the projection");
            }

            _mark = after;
        }
        catch
        {
            // What of the batch was taken is in the database's mark; the next call asks for it.
            _mark = null;
            throw;
        }
    }
}
