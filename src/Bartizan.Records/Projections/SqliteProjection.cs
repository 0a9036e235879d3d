using System.Globalization;
using Bartizan.Records.Native;
using Bartizan.Records.Queries;
using Microsoft.Data.Sqlite;

namespace Bartizan.Records.Projections;

/// <summary>
/// The embedded projection: one file in the state directory, written ahead so that readers in other processes see whole transactions, and
/// consistent after a crash at any moment.
/// </summary>
internal sealed class SqliteProjection : IProjectionStore, ISqlDialect
{
    // Another process's transaction is over long before; a person doesn't wait longer for an answer that the log can give.
    private const int MaxBusySeconds = 5;

    private readonly SqliteConnection _connection;
    private readonly bool _mayWrite;

    private SqliteProjection(SqliteConnection connection, bool mayWrite)
    {
        _connection = connection;
        _mayWrite = mayWrite;
    }

    /// <summary>Opens the file; null when it isn't there and may not be made.</summary>
    /// <exception cref="SqliteException">When it is no database, or broken.</exception>
    /// <exception cref="PlatformNotSupportedException">When the distribution's SQLite is missing.</exception>
    public static SqliteProjection? Open(string path, bool mayWrite)
    {
        if (SystemSqlite.Problem is { } problem)
        {
            throw new PlatformNotSupportedException(problem);
        }

        if (!mayWrite && !File.Exists(path))
        {
            return null;
        }

        if (mayWrite && !File.Exists(path))
        {
            using var made = new FileStream(
                path,
                new FileStreamOptions
                {
                    Mode = FileMode.CreateNew,
                    Access = FileAccess.Write,
                    UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                }
            );
        }

        var connection = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = path,
                // A reader opens for writing too: the write-ahead index is shared memory. It changes nothing.
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
                DefaultTimeout = MaxBusySeconds,
            }.ToString()
        );
        try
        {
            connection.Open();
            var projection = new SqliteProjection(connection, mayWrite);

            // trusted_schema off, cell_size_check on: the file may not be what we wrote.
            projection.Run("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
            // A reader sees one state from here on: the mark and the rows that it covers belong together.
            projection.Run(
                mayWrite
                    ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL"
                    : "PRAGMA query_only = ON; BEGIN DEFERRED TRANSACTION"
            );
            return projection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Takes the file away, with what belongs to it.</summary>
    public static void Delete(string path)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            File.Delete(path + suffix);
        }
    }

    public ProjectionMark? Mark()
    {
        if (Number("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'mark'") == 0)
        {
            return null;
        }

        using var command = Command("SELECT layout, origin, size, fit FROM mark");
        using var reader = command.ExecuteReader();
        return reader.Read() && reader.GetString(0) == ProjectionLayout.Version
            ? new ProjectionMark(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3))
            : null;
    }

    public void Reset(ProjectionMark empty)
    {
        var columns = string.Join(", ", ProjectionLayout.Columns.Select(column => $"{column} INTEGER NOT NULL"));
        using var transaction = _connection.BeginTransaction();
        Run(
            $"""
            DROP TABLE IF EXISTS mark; DROP TABLE IF EXISTS text; DROP TABLE IF EXISTS entry;
            CREATE TABLE mark (layout TEXT NOT NULL, origin TEXT NOT NULL, size INTEGER NOT NULL, fit TEXT NOT NULL) STRICT;
            CREATE TABLE text (id INTEGER PRIMARY KEY, hash INTEGER NOT NULL, text TEXT NOT NULL, fold TEXT) STRICT;
            CREATE INDEX text_hash ON text (hash);
            CREATE TABLE entry (idx INTEGER PRIMARY KEY, time INTEGER NOT NULL, {columns}) STRICT;
            CREATE INDEX entry_session ON entry (session)
            """
        );
        using var mark = Command("INSERT INTO mark VALUES (@p0, @p1, @p2, @p3)");
        Bind(mark, [empty.Layout, empty.Origin, empty.Size, empty.Fit]);
        mark.ExecuteNonQuery();
        transaction.Commit();
    }

    public void Find(IReadOnlyCollection<string> texts, Dictionary<string, long> known)
    {
        using var command = Command("SELECT id FROM text WHERE hash = @p0 AND text = @p1");
        Bind(command, [0L, ""]);
        command.Prepare();
        foreach (var text in texts)
        {
            command.Parameters[0].Value = TextHash.Of(ProjectionLayout.Fold(text));
            command.Parameters[1].Value = text;
            if (command.ExecuteScalar() is long id)
            {
                known[text] = id;
            }
        }
    }

    public long LastText() => Number("SELECT COALESCE(MAX(id), 0) FROM text");

    public bool Append(ProjectionBatch batch, ProjectionMark from, ProjectionMark to)
    {
        // Immediate: the lock is taken before the mark is looked at.
        using var transaction = _connection.BeginTransaction(deferred: false);
        if (Mark() != from)
        {
            return false;
        }

        using var text = Command("INSERT INTO text VALUES (@p0, @p1, @p2, @p3)");
        Bind(text, [0L, 0L, "", DBNull.Value]);
        foreach (var (id, value) in batch.Texts)
        {
            var fold = ProjectionLayout.Fold(value);
            text.Parameters[0].Value = id;
            text.Parameters[1].Value = TextHash.Of(fold);
            text.Parameters[2].Value = value;
            text.Parameters[3].Value = fold == value ? DBNull.Value : fold;
            text.ExecuteNonQuery();
        }

        using (var rows = new SqliteRows(_connection.Handle!, "entry", ProjectionLayout.Columns.Length + 2))
        {
            foreach (var (index, time, columns) in batch.Rows)
            {
                rows.Bind(0, index);
                rows.Bind(1, Microseconds(time));
                for (var i = 0; i < columns.Length; i++)
                {
                    rows.Bind(i + 2, columns[i]);
                }

                rows.Add();
            }
        }

        using var mark = Command("UPDATE mark SET size = @p0, fit = @p1");
        Bind(mark, [to.Size, to.Fit]);
        mark.ExecuteNonQuery();
        transaction.Commit();
        return true;
    }

    public List<long> Candidates(
        LogQuery query,
        long after,
        long before,
        bool newestFirst,
        int count,
        CancellationToken cancellationToken
    )
    {
        var filter = SqlFilter.Of(query, this, after, before, newestFirst, count);
        using var stop = new SqliteStop(_connection.Handle!, cancellationToken);
        using var command = Command(filter.Sql);
        Bind(command, filter.Values);
        try
        {
            using var reader = command.ExecuteReader();
            var indexes = new List<long>();
            while (reader.Read())
            {
                indexes.Add(reader.GetInt64(0));
            }

            return indexes;
        }
        catch (SqliteException) when (cancellationToken.IsCancellationRequested)
        {
            // The database is as good as before: nobody waited for it.
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public string Find(string text, string part) => $"instr({text}, {part})";

    public string Last(string text, string count) => $"substr({text}, -{count})";

    public object Time(DateTimeOffset time) => Microseconds(time);

    public void Dispose()
    {
        if (_mayWrite && _connection.State == System.Data.ConnectionState.Open)
        {
            try
            {
                Run("PRAGMA optimize");
            }
            catch (SqliteException)
            {
                // Statistics that could not be kept; the next writer keeps them.
            }
        }

        _connection.Dispose();
    }

    private static long Microseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static void Bind(SqliteCommand command, IReadOnlyList<object> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"@p{i}"), values[i]);
        }
    }

    private SqliteCommand Command(string sql)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Made of constants and parameter names; every value is bound.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }

    private long Number(string sql)
    {
        using var command = Command(sql);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    private void Run(string sql)
    {
        using var command = Command(sql);
        command.ExecuteNonQuery();
    }
}
