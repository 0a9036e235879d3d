using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Tests.Providers;

namespace Bartizan.Gateway.Tests.Databases;

/// <summary>Makes a session's role on a real server; at the end it is dropped.</summary>
internal sealed class TestRoles(ToolDatabase database, TestHostManifest manifest) : IDatabaseRoles, IAsyncDisposable
{
    private readonly PostgresRoles _server = new(database, OwnPostgres.Password);
    private readonly SemaphoreSlim _one = new(1);
    private Lent? _lent;

    public async ValueTask<IDatabaseRole> LendAsync(SessionId session, string name, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (_lent is null)
            {
                var lent = new Lent(RoleName.New(session));
                var grants =
                    manifest.WiderGrants ?? DatabaseGrant.Of(manifest.Manifest, name, DateOnly.MaxValue.AddDays(-1));
                await _server.CreateAsync(lent.Role, lent.Keys, grants, TimeSpan.FromMinutes(5), cancellationToken);
                _lent = lent;
            }

            return _lent;
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_lent is { } lent)
        {
            await _server.DropAsync(lent.Role, CancellationToken.None);
        }

        await _server.DisposeAsync();
    }

    private sealed class Lent(string role) : IDatabaseRole
    {
        public RoleKeys Keys { get; } = new();

        public string Role => role;

        public string Salt => Keys.Salt;

        public int Rounds => RoleKeys.Rounds;

        public CancellationToken Revoked => CancellationToken.None;

        public void Apply(Action<ReadOnlySpan<byte>> use) => Keys.Apply(use);
    }
}
