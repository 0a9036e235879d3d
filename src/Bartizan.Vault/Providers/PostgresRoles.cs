using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Bartizan.Core.Manifests;
using Npgsql;

namespace Bartizan.Vault.Providers;

/// <summary>
/// Makes, renews and drops roles in one PostgreSQL database, as the role that its address names. The password of that one stays here, and
/// goes when this is disposed of. Connections are opened for a moment and never pooled.
/// </summary>
public sealed class PostgresRoles : IAsyncDisposable
{
    /// <summary>For a connection and for each statement: a server that takes longer is tried again later.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(10);

    /// <summary>Connections of one role: a driver's pool of the usual size, and a person's psql.</summary>
    public const int MaxConnections = 16;

    /// <summary>What one statement of an agent may take, so that none holds the server for long.</summary>
    public static readonly TimeSpan StatementTimeout = TimeSpan.FromMinutes(5);

    private const string Tables = """
        SELECT n.nspname, c.relname,
               array(SELECT a.attname::text FROM pg_catalog.pg_attribute a
                     WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
               array(SELECT pg_catalog.quote_ident(sn.nspname) || '.' || pg_catalog.quote_ident(s.relname)
                     FROM pg_catalog.pg_depend d
                     JOIN pg_catalog.pg_class s ON s.oid = d.objid AND s.relkind = 'S'
                     JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
                     WHERE d.refobjid = c.oid AND d.deptype = 'a' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass)
        FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname = ANY($1)
        """;

    private readonly NpgsqlDataSource _source;

    /// <summary>Takes the password over; nothing is connected yet.</summary>
    public PostgresRoles(ToolDatabase database, string password)
    {
        ArgumentNullException.ThrowIfNull(database);
        var builder = new NpgsqlDataSourceBuilder
        {
            ConnectionStringBuilder =
            {
                Host = database.Host,
                Port = database.Port,
                Database = database.Database,
                Username = database.User,
                Password = password,
                SslMode = database.IsEncrypted ? SslMode.VerifyFull : SslMode.Disable,
                Pooling = false,
                Timeout = (int)Within.TotalSeconds,
                CommandTimeout = (int)Within.TotalSeconds,
                ApplicationName = "bartizan",
                SearchPath = "pg_catalog",
                PersistSecurityInfo = false,

                // INVARIANT: no server is shown the password, or a hash that it could be guessed by.
                RequireAuth = "ScramSHA256",
            },
        };
        if (database.CertificateAuthority is { } ca)
        {
            builder.UseRootCertificatesCallback(() =>
            {
                var roots = new X509Certificate2Collection();
                roots.ImportFromPemFile(ca);
                return roots;
            });
        }

        _source = builder.Build();
    }

    /// <summary>Makes a role with exactly these grants, all or nothing.</summary>
    /// <exception cref="InvalidDataException">A rule names what isn't there.</exception>
    /// <exception cref="NpgsqlException">The server can't be reached, or refuses.</exception>
    public async Task CreateAsync(
        string role,
        RoleKeys keys,
        ImmutableArray<DatabaseGrant> grants,
        TimeSpan ttl,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(keys);
        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        var tables = await ReadTablesAsync(connection, grants, cancellationToken).ConfigureAwait(false);
        var name = GrantStatements.Quoted(role);
        var until = await UntilAsync(connection, ttl, cancellationToken).ConfigureAwait(false);
        string[] statements =
        [
            $"CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT NOREPLICATION NOBYPASSRLS "
                + $"CONNECTION LIMIT {MaxConnections} VALID UNTIL '{until}' PASSWORD '{keys.Verifier}'",
            $"ALTER ROLE {name} SET search_path = pg_catalog, pg_temp",
            $"ALTER ROLE {name} SET standard_conforming_strings = on",
            $"ALTER ROLE {name} SET statement_timeout = {(long)StatementTimeout.TotalMilliseconds}",
            $"ALTER ROLE {name} SET idle_in_transaction_session_timeout = {(long)StatementTimeout.TotalMilliseconds}",
            $"ALTER ROLE {name} SET lock_timeout = 30000",
            .. GrantStatements.Of(role, grants, tables),
        ];
        foreach (var statement in statements)
        {
            await ExecuteAsync(connection, statement, cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets a role log in for longer.</summary>
    public async Task RenewAsync(string role, TimeSpan ttl, CancellationToken cancellationToken)
    {
        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var until = await UntilAsync(connection, ttl, cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(
                connection,
                $"ALTER ROLE {GrantStatements.Quoted(role)} VALID UNTIL '{until}'",
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    /// <summary>Ends a role's connections and takes it away with all that it owns or was granted. One that isn't there is gone.</summary>
    public async Task DropAsync(string role, CancellationToken cancellationToken)
    {
        if (!RoleName.IsOne(role))
        {
            throw new ArgumentException($"`{role}` is no role that was made here", nameof(role));
        }

        await using var connection = await _source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var find = connection.CreateCommand();
        find.CommandText = "SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = $1";
        find.Parameters.Add(new NpgsqlParameter { Value = role });
        if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is null)
        {
            return;
        }

        var name = GrantStatements.Quoted(role);

        // INVARIANT: first nobody can log in any more, then those go that have.
        await ExecuteAsync(connection, $"ALTER ROLE {name} NOLOGIN VALID UNTIL '-infinity'", cancellationToken)
            .ConfigureAwait(false);
        await ExecuteAsync(connection, $"GRANT {name} TO CURRENT_USER", cancellationToken).ConfigureAwait(false);
        await using var end = connection.CreateCommand();
        end.CommandText = "SELECT pg_terminate_backend(pid, 1000) FROM pg_catalog.pg_stat_activity WHERE usename = $1";
        end.Parameters.Add(new NpgsqlParameter { Value = role });
        await end.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"DROP OWNED BY {name} CASCADE", cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, $"DROP ROLE {name}", cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private static async Task<ImmutableArray<KnownTable>> ReadTablesAsync(
        NpgsqlConnection connection,
        ImmutableArray<DatabaseGrant> grants,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Tables;
        command.Parameters.Add(
            new NpgsqlParameter { Value = grants.Select(g => g.Schema).Distinct(StringComparer.Ordinal).ToArray() }
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        var tables = ImmutableArray.CreateBuilder<KnownTable>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            tables.Add(
                new KnownTable(
                    reader.GetString(0),
                    reader.GetString(1),
                    [.. reader.GetFieldValue<string[]>(2)],
                    [.. reader.GetFieldValue<string[]>(3)]
                )
            );
        }

        return tables.ToImmutable();
    }

    // By the server's clock: it is the one that looks at it.
    private static async Task<string> UntilAsync(
        NpgsqlConnection connection,
        TimeSpan ttl,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT clock_timestamp()";
        var now = (DateTime)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        return (now.ToUniversalTime() + ttl).ToString("yyyy-MM-dd HH:mm:ss.ffffff+00", CultureInfo.InvariantCulture);
    }

    private static async Task ExecuteAsync(
        NpgsqlConnection connection,
        string statement,
        CancellationToken cancellationToken
    )
    {
        await using var command = connection.CreateCommand();
        command.CommandText = statement;
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
