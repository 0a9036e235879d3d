using System.Collections.Immutable;
using System.Net.Sockets;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Leases;
using Bartizan.Vault.Providers;
using Npgsql;

namespace Bartizan.Daemon.Databases;

/// <summary>The roles that are to be dropped, until their servers say that they are gone.</summary>
internal sealed class RoleDrops : IAsyncDisposable
{
    private readonly CredentialLender _lender;
    private readonly IJournal _journal;
    private readonly Revocations<RoleRecord> _revocations;

    public RoleDrops(ILeaseBook<RoleRecord> book, CredentialLender lender, IJournal journal, TimeProvider clock)
    {
        (_lender, _journal) = (lender, journal);
        _revocations = new(
            book,
            new(
                record => record.Role,
                (record, problem) => $"the role {record.Role} of {record.Database} isn't dropped yet: {problem}",
                SayAsync
            ),
            clock
        );
    }

    /// <summary>What waits, one sentence for each.</summary>
    public ImmutableArray<string> Pending => _revocations.Pending;

    /// <summary>Drops what a start finds in the book: nobody has it.</summary>
    public void Sweep() => _revocations.Sweep((record, ending) => TryAsync(record, null, ending));

    /// <summary>Drops a role; completes with the first try, and goes on by itself where that fails.</summary>
    public Task Begin(RoleRecord record, PostgresRoles server) =>
        _revocations.Begin(record, ending => TryAsync(record, server, ending), server);

    public ValueTask DisposeAsync() => _revocations.DisposeAsync();

    // Null when it is gone.
    private async Task<string?> TryAsync(RoleRecord record, PostgresRoles? server, CancellationToken cancellationToken)
    {
        try
        {
            if (server is not null)
            {
                await server.DropAsync(record.Role, cancellationToken).ConfigureAwait(false);
                return null;
            }

            var own = await OpenAsync(record, cancellationToken).ConfigureAwait(false);
            await using (own.ConfigureAwait(false))
            {
                await own.DropAsync(record.Role, cancellationToken).ConfigureAwait(false);
            }

            return null;
        }
        catch (PostgresException e)
        {
            return $"the server says {e.SqlState}: {e.MessageText}";
        }
        catch (CredentialUnavailableException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            return "the server can't be reached";
        }
    }

    // The session is over, and with it what it was lent: this is a use of its own, and an entry where it comes from the vault.
    private async Task<PostgresRoles> OpenAsync(RoleRecord record, CancellationToken cancellationToken)
    {
        var id = SessionId.New();
        _lender.Open(
            id,
            record.Agent,
            ImmutableDictionary<string, Core.Manifests.CredentialSource>.Empty.Add(
                record.Credential,
                record.ToSource()
            ),
            record.Folder,
            ImmutableDictionary<string, string>.Empty
        );
        try
        {
            using var lease = await _lender
                .LendAsync(id, record.Credential, record.ToDatabase().Address, cancellationToken)
                .ConfigureAwait(false);
            return RoleDesk.Open(record.ToDatabase(), lease);
        }
        finally
        {
            _lender.Close(id);
        }
    }

    private async Task SayAsync(RoleRecord record, bool isGone, string why)
    {
        try
        {
            await _journal
                .AppendAsync(
                    RoleDesk.EntryOf(record, isGone ? "role dropped" : "role not dropped yet", why),
                    CancellationToken.None
                )
                .ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It is dropped all the same.
        }
    }
}
