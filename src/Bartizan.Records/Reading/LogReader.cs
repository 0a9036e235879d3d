using System.Runtime.CompilerServices;
using Bartizan.Log;
using Bartizan.Records.Entries;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Reading;

/// <summary>Reads an instance's entries from its files, while the daemon writes them too.</summary>
public sealed class LogReader(string logDirectory, TimeProvider clock)
{
    // How soon a follower sees a new entry; a person doesn't notice, and an idle terminal costs nothing measurable.
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromMilliseconds(200);

    private readonly LogDirectory _log = new(logDirectory);

    /// <summary>The entries that a query asks for, oldest first, from an index on.</summary>
    /// <exception cref="LogInconsistentException">When the files are damaged.</exception>
    /// <exception cref="InvalidDataException">When an entry is of a format that this program doesn't read.</exception>
    public async IAsyncEnumerable<EntryRow> ReadAsync(
        LogQuery query,
        long from,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        await foreach (var leaf in _log.ReadAsync(from, long.MaxValue, cancellationToken).ConfigureAwait(false))
        {
            if (query.Match(leaf) is { } row)
            {
                yield return row;
            }
        }
    }

    /// <summary>The same, and then whatever is appended, until cancelled.</summary>
    public async IAsyncEnumerable<EntryRow> FollowAsync(
        LogQuery query,
        long from,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(query);
        var next = from;
        while (true)
        {
            await foreach (var leaf in _log.ReadAsync(next, long.MaxValue, cancellationToken).ConfigureAwait(false))
            {
                next = leaf.Index + 1;
                if (query.Match(leaf) is { } row)
                {
                    yield return row;
                }
            }

            await Task.Delay(s_pollEvery, clock, cancellationToken).ConfigureAwait(false);
        }
    }
}
