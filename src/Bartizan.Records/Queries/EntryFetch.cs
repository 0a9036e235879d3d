using System.Runtime.ExceptionServices;
using Bartizan.Log;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Queries;

/// <summary>
/// Reads the entries that a projection points at from the log, several at a time: where a session's entries are spread over many bundles,
/// unpacking them is what takes the time. For one thread at a time.
/// </summary>
internal sealed class EntryFetch(string logDirectory) : IDisposable
{
    /// <summary>Processors that one query may keep busy; the daemon's other work goes on beside it.</summary>
    public const int MaxReaders = 4;

    // Fewer are read sooner than another thread is woken.
    private const int WorthSharing = 16;

    // As many as a bundle holds, so that no two readers unpack the same.
    private const int GroupWidth = 256;

    private readonly LeafLookup[] _readers =
    [
        .. Enumerable
            .Range(0, Math.Clamp(Environment.ProcessorCount, 1, MaxReaders))
            .Select(_ => new LeafLookup(logDirectory)),
    ];

    /// <summary>For who reads single leaves meanwhile.</summary>
    public LeafLookup Leaves => _readers[0];

    /// <summary>
    /// The entries of these indexes that a query means, in their order. Who walks the answer gets what stands before a damaged entry, then
    /// the exception that names it.
    /// </summary>
    public IEnumerable<EntryRow> Read(LogQuery query, IReadOnlyList<long> indexes)
    {
        var found = new Fetched[indexes.Count];
        Read(query, indexes, found);
        foreach (var one in found)
        {
            one.Failure?.Throw();
            if (one.Row is not null)
            {
                yield return one.Row;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }
    }

    private void Read(LogQuery query, IReadOnlyList<long> indexes, Fetched[] found)
    {
        if (indexes.Count < WorthSharing || _readers.Length == 1)
        {
            Read(_readers[0], query, indexes, found, 0, indexes.Count);
            return;
        }

        var groups = Groups(indexes);
        var next = -1;
        Parallel.For(
            0,
            Math.Min(_readers.Length, groups.Count),
            reader =>
            {
                for (int at; (at = Interlocked.Increment(ref next)) < groups.Count; )
                {
                    var end = at + 1 < groups.Count ? groups[at + 1] : indexes.Count;
                    Read(_readers[reader], query, indexes, found, groups[at], end);
                }
            }
        );
    }

    private static List<int> Groups(IReadOnlyList<long> indexes)
    {
        var starts = new List<int> { 0 };
        for (var i = 1; i < indexes.Count; i++)
        {
            if (indexes[i] / GroupWidth != indexes[i - 1] / GroupWidth)
            {
                starts.Add(i);
            }
        }

        return starts;
    }

    private static void Read(
        LeafLookup leaves,
        LogQuery query,
        IReadOnlyList<long> indexes,
        Fetched[] found,
        int from,
        int end
    )
    {
        for (var i = from; i < end; i++)
        {
            try
            {
                found[i] = new Fetched(Read(leaves, query, indexes[i]), null);
            }
            catch (Exception e)
            {
                // Whoever reads the answer in order meets it at its place.
                found[i] = new Fetched(null, ExceptionDispatchInfo.Capture(e));
                return;
            }
        }
    }

    private static EntryRow? Read(LeafLookup leaves, LogQuery query, long index) =>
        index >= 0 && leaves.Read(index) is { } leaf ? query.Match(new LogLeaf(index, leaf)) : null;

    private readonly record struct Fetched(EntryRow? Row, ExceptionDispatchInfo? Failure);
}
