using Bartizan.Log;

namespace Bartizan.Records.Export;

/// <summary>
/// The log as a sink's queue: its durable entries from an index on, read from the files when they are wanted and held by nobody.
/// What isn't durable yet isn't there, so nothing is told to others that a crash could take back.
/// </summary>
internal sealed class EntryQueue(LogDirectory log, Func<long> durable) : IAsyncDisposable
{
    private IAsyncEnumerator<LogLeaf>? _leaves;

    /// <summary>Entries that are durable.</summary>
    public long Size => durable();

    /// <summary>The next entry, or null when there is none yet.</summary>
    public async ValueTask<LogLeaf?> NextAsync(long index, CancellationToken cancellationToken)
    {
        if (_leaves is not null)
        {
            if (await _leaves.MoveNextAsync().ConfigureAwait(false))
            {
                return _leaves.Current;
            }

            await RewindAsync().ConfigureAwait(false);
        }

        var size = durable();
        if (index >= size)
        {
            return null;
        }

        _leaves = log.ReadAsync(index, size - index, cancellationToken).GetAsyncEnumerator(cancellationToken);
        if (await _leaves.MoveNextAsync().ConfigureAwait(false))
        {
            return _leaves.Current;
        }

        await RewindAsync().ConfigureAwait(false);
        return null;
    }

    /// <summary>Forgets where it is: the next entry is looked for anew.</summary>
    public async ValueTask RewindAsync()
    {
        if (_leaves is { } leaves)
        {
            _leaves = null;
            await leaves.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => RewindAsync();
}
