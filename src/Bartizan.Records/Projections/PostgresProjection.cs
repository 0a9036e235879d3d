using System.Data;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Records.Queries;
using Npgsql;
using NpgsqlTypes;

namespace Bartizan.Records.Projections;

/// <summary>
/// A projection in PostgreSQL: a schema for each log, so that one database serves all instances; rows come in by binary COPY, into a
/// partition for each month, with a BRIN index on time and btrees on index and session.
/// </summary>
internal sealed class PostgresProjection : IProjectionStore, ISqlDialect
{
    // A query that waits longer for a database is answered from the log.
    private const int MaxConnectSeconds = 5;
    private const int MaxCommandSeconds = 60;

    // Years outside are a broken clock's: one partition takes them all.
    private const int FirstYear = 2000;
    private const int LastYear = 2199;

    private readonly NpgsqlConnection _connection;
    private readonly HashSet<DateTime> _months = [];
    private readonly string _schema;
    private NpgsqlTransaction? _reading;

    private PostgresProjection(NpgsqlConnection connection, string schema)
    {
        _connection = connection;
        _schema = schema;
    }

    /// <summary>Connects.</summary>
    /// <exception cref="NpgsqlException">When the database can't be reached or refuses.</exception>
    /// <exception cref="InvalidOperationException">When the string is none, or the database isn't UTF8. Never holds the string.</exception>
    public static PostgresProjection Open(string connectionString, string origin, bool mayWrite)
    {
        var connection = new NpgsqlConnection(Settings(connectionString));
        try
        {
            connection.Open();
            var projection = new PostgresProjection(connection, SchemaOf(origin));
            projection.Prepare(mayWrite);
            return projection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The schema of a log: letters and digits only, whatever the log is called.</summary>
    public static string SchemaOf(string origin) =>
        "bartizan_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)).AsSpan(0, 12));

    public ProjectionMark? Mark() => Mark("");

    public void Reset(ProjectionMark empty)
    {
        _months.Clear();
        using var transaction = _connection.BeginTransaction();
        var codes = ProjectionLayout
            .Columns.Take(ProjectionLayout.FirstText)
            .Select(column => $"{column} {(column == "passage" ? "bigint" : "smallint")} NOT NULL");
        var texts = ProjectionLayout
            .Columns.Skip(ProjectionLayout.FirstText)
            .Select(column => $"{column} integer NOT NULL");
        Run(
            $"""
            DROP SCHEMA IF EXISTS {_schema} CASCADE;
            CREATE SCHEMA {_schema};
            CREATE TABLE mark (layout text NOT NULL, origin text NOT NULL, size bigint NOT NULL, fit text NOT NULL);
            CREATE TABLE text (id integer PRIMARY KEY, hash bigint NOT NULL, text text COLLATE "C" NOT NULL, fold text COLLATE "C");
            CREATE INDEX text_hash ON text (hash);
            CREATE TABLE entry (idx bigint NOT NULL, time timestamptz NOT NULL, {string.Join(
                ", ",
                codes.Concat(texts)
            )})
                PARTITION BY RANGE (time);
            CREATE INDEX entry_idx ON entry (idx);
            CREATE INDEX entry_session ON entry (session, idx);
            CREATE INDEX entry_time ON entry USING brin (time);
            CREATE TABLE entry_other PARTITION OF entry DEFAULT
            """
        );
        using var mark = Command(
            "INSERT INTO mark VALUES (@p0, @p1, @p2, @p3)",
            [empty.Layout, empty.Origin, empty.Size, empty.Fit]
        );
        mark.ExecuteNonQuery();
        transaction.Commit();
    }

    public void Find(IReadOnlyCollection<string> texts, Dictionary<string, long> known)
    {
        var hashes = texts.Select(text => TextHash.Of(ProjectionLayout.Fold(text))).ToArray();
        var wanted = texts.ToHashSet(StringComparer.Ordinal);
        using var command = Command("SELECT id, text FROM text WHERE hash = ANY(@p0)", [hashes]);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            if (wanted.Contains(reader.GetString(1)))
            {
                known[reader.GetString(1)] = reader.GetInt32(0);
            }
        }
    }

    public long LastText()
    {
        using var command = Command("SELECT COALESCE(MAX(id), 0) FROM text", []);
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public bool Append(ProjectionBatch batch, ProjectionMark from, ProjectionMark to)
    {
        using var transaction = _connection.BeginTransaction();
        if (Mark(" FOR UPDATE") != from)
        {
            return false;
        }

        var months = AddMonths(batch);
        using (var texts = _connection.BeginBinaryImport("COPY text FROM STDIN (FORMAT BINARY)"))
        {
            foreach (var (id, text) in batch.Texts)
            {
                var fold = ProjectionLayout.Fold(text);
                texts.StartRow();
                texts.Write(checked((int)id), NpgsqlDbType.Integer);
                texts.Write(TextHash.Of(fold), NpgsqlDbType.Bigint);
                texts.Write(text, NpgsqlDbType.Text);
                if (fold == text)
                {
                    texts.WriteNull();
                }
                else
                {
                    texts.Write(fold, NpgsqlDbType.Text);
                }
            }

            texts.Complete();
        }

        using (var rows = _connection.BeginBinaryImport("COPY entry FROM STDIN (FORMAT BINARY)"))
        {
            foreach (var (index, time, columns) in batch.Rows)
            {
                rows.StartRow();
                rows.Write(index, NpgsqlDbType.Bigint);
                rows.Write(time.UtcDateTime, NpgsqlDbType.TimestampTz);
                Write(rows, columns);
            }

            rows.Complete();
        }

        using var mark = Command("UPDATE mark SET size = @p0, fit = @p1", [to.Size, to.Fit]);
        mark.ExecuteNonQuery();
        transaction.Commit();
        _months.UnionWith(months);
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
        using var command = Command(filter.Sql, filter.Values);
        using var stop = cancellationToken.UnsafeRegister(static one => ((NpgsqlCommand)one!).Cancel(), command);
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
        catch (NpgsqlException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    public string Find(string text, string part) => $"strpos({text}, {part})";

    public string Last(string text, string count) => $"right({text}, {count})";

    public object Time(DateTimeOffset time) => time.UtcDateTime;

    public void Dispose()
    {
        _reading?.Dispose();
        _connection.Dispose();
    }

    private static string Settings(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder();
        bool isOne;
        try
        {
            settings.ConnectionString = connectionString;
            isOne = settings.Host is not null;
        }
        catch (ArgumentException)
        {
            isOne = false;
        }

        if (!isOne)
        {
            // Without the cause: its message may repeat what stands in the string.
            throw new InvalidOperationException("`index.postgres` doesn't hold a connection string of PostgreSQL");
        }

        settings.ApplicationName = "bartizan";
        settings.Pooling = false;
        settings.Timeout = MaxConnectSeconds;
        settings.CommandTimeout = MaxCommandSeconds;
        settings.IncludeErrorDetail = false;
        return settings.ToString();
    }

    private static void Write(NpgsqlBinaryImporter rows, long[] columns)
    {
        for (var i = 0; i < columns.Length; i++)
        {
            if (ProjectionLayout.Columns[i] == "passage")
            {
                rows.Write(columns[i], NpgsqlDbType.Bigint);
            }
            else if (i < ProjectionLayout.FirstText)
            {
                rows.Write(checked((short)columns[i]), NpgsqlDbType.Smallint);
            }
            else
            {
                rows.Write(checked((int)columns[i]), NpgsqlDbType.Integer);
            }
        }
    }

    private void Prepare(bool mayWrite)
    {
        using (var encoding = Command("SHOW server_encoding", []))
        {
            if (encoding.ExecuteScalar() as string != "UTF8")
            {
                throw new InvalidOperationException("the database of `index.postgres` must have the encoding UTF8");
            }
        }

        // A month's partition waits for readers; not for one that never ends. What is found is few rows: compiling costs more.
        Run($"SET search_path TO {_schema}; SET jit = off; SET lock_timeout = '10s'");
        if (!mayWrite)
        {
            // A reader sees one state from here on: the mark and the rows that it covers belong together.
            _reading = _connection.BeginTransaction(IsolationLevel.RepeatableRead);
            Run("SET TRANSACTION READ ONLY");
        }
    }

    private ProjectionMark? Mark(string locking)
    {
        using (var there = Command("SELECT to_regclass(@p0) IS NOT NULL", [$"{_schema}.mark"]))
        {
            if (there.ExecuteScalar() is not true)
            {
                return null;
            }
        }

        using var command = Command($"SELECT layout, origin, size, fit FROM mark{locking}", []);
        using var reader = command.ExecuteReader();
        return reader.Read() && reader.GetString(0) == ProjectionLayout.Version
            ? new ProjectionMark(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetString(3))
            : null;
    }

    private HashSet<DateTime> AddMonths(ProjectionBatch batch)
    {
        var added = new HashSet<DateTime>();
        foreach (var (_, time, _) in batch.Rows)
        {
            var month = new DateTime(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, DateTimeKind.Utc);
            if (month.Year is >= FirstYear and <= LastYear && !_months.Contains(month) && added.Add(month))
            {
                Run(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"CREATE TABLE IF NOT EXISTS entry_{month:yyyyMM} PARTITION OF entry FOR VALUES FROM ('{month:yyyy-MM-dd} 00:00:00+00') TO ('{month.AddMonths(1):yyyy-MM-dd} 00:00:00+00')"
                    )
                );
            }
        }

        return added;
    }

    private NpgsqlCommand Command(string sql, IReadOnlyList<object> values)
    {
        var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Made of constants, the schema's hexadecimal name and parameter names; every value is bound.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (var i = 0; i < values.Count; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"p{i}"), values[i]);
        }

        return command;
    }

    private void Run(string sql)
    {
        using var command = Command(sql, []);
        command.ExecuteNonQuery();
    }
}
