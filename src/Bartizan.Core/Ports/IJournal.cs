using Bartizan.Core.Entries;

namespace Bartizan.Core.Ports;

/// <summary>The log, as the monitor sees it.</summary>
public interface IJournal
{
    /// <summary>Appends an entry and returns its index once it is on stable storage (group commit).</summary>
    /// <exception cref="IOException">When it could not be made durable. The caller denies.</exception>
    ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Puts an entry in line, in order, without waiting for the disk; back-pressure applies. For outcomes and refusals.
    /// </summary>
    /// <exception cref="IOException">When the log can take nothing more.</exception>
    ValueTask PostAsync(Entry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Completes when enough witnesses have co-signed that the entry is in the log. The caller brings the time limit. A journal
    /// without witnesses can't say so of any entry.
    /// </summary>
    /// <exception cref="IOException">When no witnesses are configured. The caller denies.</exception>
    Task WaitWitnessedAsync(long index, CancellationToken cancellationToken) =>
        Task.FromException(new IOException("this log has no witnesses"));
}
