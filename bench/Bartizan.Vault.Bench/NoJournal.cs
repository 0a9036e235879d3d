using Bartizan.Core.Entries;
using Bartizan.Core.Ports;

namespace Bartizan.Vault.Bench;

/// <summary>Takes entries and keeps none: what a durable one costs is the log's, and measured there.</summary>
internal sealed class NoJournal : IJournal
{
    public ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken) => ValueTask.FromResult(0L);

    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
