using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;

namespace Bartizan.Core.Tests.Enforcement;

/// <summary>
/// A journal in memory. What it holds is durable; <see cref="Before"/> lets a test stand between the call and the disk.
/// </summary>
internal sealed class MemoryJournal : IJournal
{
    private readonly Lock _lock = new();
    private readonly List<Entry> _entries = [];

    public Func<Entry, CancellationToken, Task>? Before { get; set; }

    /// <summary>What the witnesses do; null for a log without any.</summary>
    public Func<long, CancellationToken, Task>? Witnesses { get; set; }

    public Task WaitWitnessedAsync(long index, CancellationToken cancellationToken) =>
        Witnesses?.Invoke(index, cancellationToken) ?? Task.FromException(new IOException("this log has no witnesses"));

    public ImmutableArray<Entry> Entries
    {
        get
        {
            lock (_lock)
            {
                return [.. _entries];
            }
        }
    }

    public IEnumerable<Entry> Of(EntryKind kind) => Entries.Where(entry => entry.Kind == kind);

    public async ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        if (Before is { } before)
        {
            await before(entry, cancellationToken);
        }

        lock (_lock)
        {
            _entries.Add(entry);
            return _entries.Count - 1;
        }
    }

    public async ValueTask PostAsync(Entry entry, CancellationToken cancellationToken) =>
        await AppendAsync(entry, cancellationToken);
}
