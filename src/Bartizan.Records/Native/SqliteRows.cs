using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Bartizan.Records.Native;

/// <summary>
/// Adds rows of numbers to a table, in a transaction that has begun. A command of the package looks each parameter up by its name and
/// boxes its value, for each row; here the statement is made once, and only what differs from the row before is bound again.
/// </summary>
internal sealed class SqliteRows : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _insert;
    private readonly long?[] _bound;

    /// <summary>Prepares the statement.</summary>
    /// <param name="database">The database.</param>
    /// <param name="table">The table's name: ours, never from outside.</param>
    /// <param name="width">How many columns it has.</param>
    public SqliteRows(sqlite3 database, string table, int width)
    {
        _database = database;
        _bound = new long?[width];
        var places = string.Join(", ", Enumerable.Repeat("?", width));
        var sql = string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {table} VALUES ({places})");
        SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(database, sql, out _insert), database);
    }

    /// <summary>Sets a column of the row to come.</summary>
    public void Bind(int column, long value)
    {
        if (_bound[column] != value)
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_bind_int64(_insert, column + 1, value), _database);
            _bound[column] = value;
        }
    }

    /// <summary>Adds the row. What was bound stays bound.</summary>
    /// <exception cref="SqliteException">When the database doesn't take it.</exception>
    public void Add()
    {
        var done = raw.sqlite3_step(_insert);
        if (done != raw.SQLITE_DONE)
        {
            // The message is the statement's own: it is gone once the statement is reset.
            SqliteException.ThrowExceptionForRC(done, _database);
            throw new InvalidOperationException("an insertion that returns rows");
        }

        _ = raw.sqlite3_reset(_insert);
    }

    /// <inheritdoc/>
    public void Dispose() => _insert.Dispose();
}
