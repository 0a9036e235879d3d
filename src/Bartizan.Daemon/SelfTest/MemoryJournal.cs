using System.Collections.Concurrent;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;

namespace Bartizan.Daemon.SelfTest;

/// <summary>The self-test's own log, for as long as it runs: its attempts are not an agent's and don't belong in the instance's.</summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly ConcurrentQueue<Entry> _entries = new();

    /// <summary>True when a refusal whose target holds the text was recorded.</summary>
    public bool Refused(string target) =>
        _entries.Any(e => e.Kind == EntryKind.Refusal && e.Target?.Contains(target, StringComparison.Ordinal) == true);

    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        _entries.Enqueue(entry);
        return ValueTask.FromResult((long)_entries.Count);
    }

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken)
    {
        _entries.Enqueue(entry);
        return ValueTask.CompletedTask;
    }
}
