using System.Runtime.CompilerServices;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Journals;

/// <summary>
/// Passes every entry on to the log, adds it up for its session's summary, and counts what the log didn't take.
/// </summary>
public sealed class TallyingJournal(IJournal journal, LiveSessions sessions, LostEntries lost) : IJournal
{
    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // on every action's way: no garbage
    public async ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        Tally(entry);
        try
        {
            return await journal.AppendAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            CountLost(entry);
            throw;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Tally(entry);
        try
        {
            await journal.PostAsync(entry, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            CountLost(entry);
            throw;
        }
    }

    // A refusal that wasn't taken is held back by the monitor and counted there; a heartbeat is no loss.
    private void CountLost(Entry entry)
    {
        if (entry.Kind is not (EntryKind.Refusal or EntryKind.Heartbeat))
        {
            lost.Add();
        }
    }

    /// <inheritdoc/>
    public Task WaitWitnessedAsync(long index, CancellationToken cancellationToken) =>
        journal.WaitWitnessedAsync(index, cancellationToken);

    private void Tally(Entry entry)
    {
        sessions.Get(entry.Session)?.Tally.Add(entry);
        sessions.Note(entry);
    }
}
