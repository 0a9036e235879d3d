using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Vault.Providers;

namespace Bartizan.Daemon.Databases;

/// <summary>A session's role in one database, while it has it.</summary>
internal sealed class LentRole(RoleRecord record, RoleKeys keys, PostgresRoles server, Func<LentRole, Task> takeBack)
    : IDatabaseRole,
        IAsyncDisposable
{
    private readonly CancellationTokenSource _revoked = new();
    private readonly Lock _lock = new();
    private Task? _gone;

    public RoleRecord Record => record;

    public PostgresRoles Server => server;

    public string Role => record.Role;

    public string Salt => keys.Salt;

    public int Rounds => RoleKeys.Rounds;

    public CancellationToken Revoked => _revoked.Token;

    public void Apply(Action<ReadOnlySpan<byte>> use) => keys.Apply(use);

    /// <summary>Makes it on its server.</summary>
    public Task CreateAsync(ImmutableArray<DatabaseGrant> grants, TimeSpan ttl) =>
        server.CreateAsync(record.Role, keys, grants, ttl, CancellationToken.None);

    /// <summary>Takes it away: at once here, and then on the server. The first call does it; the others wait.</summary>
    public async ValueTask DisposeAsync()
    {
        Task gone;
        lock (_lock)
        {
            gone = _gone ??= TakeBackAsync();
        }

        await gone.ConfigureAwait(false);
    }

    private async Task TakeBackAsync()
    {
        keys.Dispose();
        await _revoked.CancelAsync().ConfigureAwait(false);
        await takeBack(this).ConfigureAwait(false);
    }
}
