using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Daemon.Sessions;

namespace Bartizan.Daemon.Journals;

/// <summary>Passes every entry on to the log and adds it up for its session's summary.</summary>
public sealed class TallyingJournal(IJournal journal, LiveSessions sessions) : IJournal
{
    /// <inheritdoc/>
    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        Tally(entry);
        return journal.AppendAsync(entry, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        Tally(entry);
        return journal.PostAsync(entry, cancellationToken);
    }

    private void Tally(Entry entry) => sessions.Get(entry.Session)?.Tally.Add(entry);
}
