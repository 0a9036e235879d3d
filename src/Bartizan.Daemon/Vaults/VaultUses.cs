using System.Collections.Concurrent;
using System.Collections.Immutable;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;

namespace Bartizan.Daemon.Vaults;

/// <summary>When each version was lent last: what the log said when the instance started, and every lease since.</summary>
internal sealed class VaultUses(
    IJournal journal,
    ImmutableDictionary<string, DateTimeOffset> recorded,
    TimeProvider clock
) : IJournal
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _last = new(recorded, StringComparer.Ordinal);

    /// <summary>When a version was lent last; null when nothing is known of it.</summary>
    public DateTimeOffset? Last(string handle) => _last.TryGetValue(handle, out var time) ? time : null;

    /// <summary>A version was used now.</summary>
    public void Used(string handle) => _last[handle] = clock.GetUtcNow();

    /// <inheritdoc/>
    public async ValueTask<long> AppendAsync(Entry entry, CancellationToken cancellationToken)
    {
        var index = await journal.AppendAsync(entry, cancellationToken).ConfigureAwait(false);
        if (entry.Credential is { } handle)
        {
            _last[handle] = clock.GetUtcNow();
        }

        return index;
    }

    /// <inheritdoc/>
    public ValueTask PostAsync(Entry entry, CancellationToken cancellationToken) =>
        journal.PostAsync(entry, cancellationToken);
}
