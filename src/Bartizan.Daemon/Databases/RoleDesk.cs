using System.Collections.Concurrent;
using System.Net.Sockets;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Vault.Credentials;
using Bartizan.Vault.Providers;
using Npgsql;

namespace Bartizan.Daemon.Databases;

/// <summary>
/// Lends each session a role of its own in each of its databases: made at its first need, renewed while it lives, dropped with it. The
/// book and the log have it before the server does, so that none is forgotten.
/// </summary>
internal sealed class RoleDesk(
    string book,
    LiveSessions sessions,
    CredentialLender lender,
    IJournal journal,
    TimeProvider clock
) : IDatabaseRoles, IAsyncDisposable
{
    private const int Locks = 64;

    /// <summary>How long the end of a session waits for a server; then it goes on without it.</summary>
    private static readonly TimeSpan s_dropWithin = TimeSpan.FromSeconds(2);

    private readonly LeaseBook<RoleRecord> _book = new(book, role => role.Role);
    private readonly ConcurrentDictionary<(SessionId Session, string Database), LentRole> _lent = new();

    // One session's first need waits for a server no longer than its own: few share a lock.
    private readonly SemaphoreSlim[] _making = [.. Enumerable.Range(0, Locks).Select(_ => new SemaphoreSlim(1))];
    private RoleDrops? _drops;

    /// <summary>What waits to be dropped.</summary>
    public IReadOnlyList<string> Pending => Drops.Pending;

    private RoleDrops Drops => LazyInitializer.EnsureInitialized(ref _drops, () => new(_book, lender, journal, clock));

    /// <summary>Drops the roles of sessions that a crash has ended.</summary>
    public void Sweep() => Drops.Sweep();

    /// <inheritdoc/>
    public async ValueTask<IDatabaseRole> LendAsync(
        SessionId session,
        string database,
        CancellationToken cancellationToken
    )
    {
        var making = _making[(uint)HashCode.Combine(session, database) % Locks];
        await making.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _lent.TryGetValue((session, database), out var lent)
                ? lent
                : await MakeAsync(session, database, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            making.Release();
        }
    }

    /// <summary>Opens the server as the role that makes roles.</summary>
    public static PostgresRoles Open(ToolDatabase database, ILease lease)
    {
        PostgresRoles? opened = null;
        lease.Apply(secret => opened = new PostgresRoles(database, new string(secret.Span)));
        return opened!;
    }

    /// <summary>What the log says of a role.</summary>
    public static Entry EntryOf(RoleRecord record, string what, string why) =>
        new()
        {
            Kind = EntryKind.Vault,
            Session = SessionId.TryParse(record.Session, out var id) ? id : default,
            Agent = record.Agent,
            Target = record.Role,
            Detail = $"{what} ({record.Database})",
            Reason = why,
        };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var lent in _lent.Values)
        {
            await lent.DisposeAsync().ConfigureAwait(false);
        }

        await Drops.DisposeAsync().ConfigureAwait(false);
        foreach (var making in _making)
        {
            making.Dispose();
        }
    }

    private async Task<LentRole> MakeAsync(SessionId session, string name, CancellationToken cancellationToken)
    {
        if (sessions.Get(session) is not { Session.State: SessionState.Running or SessionState.Paused } live)
        {
            throw new CredentialUnavailableException("the session isn't running");
        }

        var manifest = live.Session.Manifest;
        var database = manifest.Databases[name];
        var grants = DatabaseGrant.Of(manifest, name, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
        if (grants.IsEmpty)
        {
            throw new CredentialUnavailableException($"no rule allows anything in the database `{name}`");
        }

        PostgresRoles server;
        using (
            var lease = await lender
                .LendAsync(session, database.Credential, database.Address, cancellationToken)
                .ConfigureAwait(false)
        )
        {
            server = Open(database, lease);
        }

        var record = RoleRecord.Of(
            RoleName.New(session),
            session.ToString(),
            manifest.Agent,
            database,
            manifest.Credentials[database.Credential],
            live.Ground.Folder
        );
        var role = new LentRole(record, new RoleKeys(), server, TakeBackAsync);

        // INVARIANT: the log and the book have it before the server: a crash from here on leaves nothing that nobody knows of.
        try
        {
            await journal
                .AppendAsync(
                    EntryOf(record, "role lent", $"until the session ends, for {database.MaxTtl} at most"),
                    cancellationToken
                )
                .ConfigureAwait(false);
            _book.Add(record);
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        // What has begun isn't cancelled: it would be there, or not, and nobody would know.
        try
        {
            await CreateAsync(role, database, grants).ConfigureAwait(false);
        }
        catch
        {
            await role.DisposeAsync().ConfigureAwait(false);
            throw;
        }

        _lent[(session, name)] = role;
        await live.AddAsync(role).ConfigureAwait(false);
        _ = RenewAsync(live, role, database);
        return role;
    }

    private static async Task CreateAsync(
        LentRole role,
        ToolDatabase database,
        System.Collections.Immutable.ImmutableArray<DatabaseGrant> grants
    )
    {
        var name = database.Name;
        try
        {
            await role.CreateAsync(grants, database.Ttl).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new CredentialUnavailableException($"the role for `{name}` can't be made: {e.Message}");
        }
        catch (PostgresException e)
        {
            throw new CredentialUnavailableException(
                $"the role for `{name}` can't be made: the server says {e.SqlState}: {e.MessageText}"
            );
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            throw new CredentialUnavailableException(
                $"the role for `{name}` can't be made: the server can't be reached"
            );
        }
    }

    private async Task RenewAsync(LiveSession live, LentRole role, ToolDatabase database)
    {
        var until = clock.GetUtcNow() + database.MaxTtl;
        try
        {
            while (true)
            {
                await Task.Delay(database.Ttl / 2, clock, role.Revoked).ConfigureAwait(false);
                var left = until - clock.GetUtcNow();
                if (left <= TimeSpan.Zero)
                {
                    break;
                }

                await RenewOnceAsync(role, left < database.Ttl ? left : database.Ttl).ConfigureAwait(false);
            }

            live.Remove(role);
            await role.DisposeAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It was taken back.
        }
    }

    // A server that can't be reached now is asked again after half of `ttl`: before the role can't log in any more, or soon after.
    private static async Task RenewOnceAsync(LentRole role, TimeSpan ttl)
    {
        try
        {
            await role.Server.RenewAsync(role.Role, ttl, role.Revoked).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            // Nobody can log in after its time; those who have go on.
        }
    }

    private async Task TakeBackAsync(LentRole role)
    {
        foreach (var one in _lent.Where(pair => ReferenceEquals(pair.Value, role)).ToList())
        {
            _lent.TryRemove(one);
        }

        await Drops
            .Begin(role.Record, role.Server)
            .WaitAsync(s_dropWithin, clock)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
