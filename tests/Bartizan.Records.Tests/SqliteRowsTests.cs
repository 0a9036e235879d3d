using Bartizan.Records.Native;
using Microsoft.Data.Sqlite;

namespace Bartizan.Records.Tests;

public sealed class SqliteRowsTests : IDisposable
{
    private readonly SqliteConnection _connection;

    public SqliteRowsTests()
    {
        SystemSqlite.Problem.ShouldBeNull();
        _connection = new SqliteConnection("Data Source=:memory:");
        _connection.Open();
        Run("CREATE TABLE entry (idx INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER NOT NULL) STRICT");
    }

    public void Dispose() => _connection.Dispose();

    [Fact]
    public void Each_row_has_its_own_values_whether_they_change_or_not()
    {
        using (var rows = new SqliteRows(_connection.Handle!, "entry", 3))
        {
            Add(rows, 0, 0, long.MaxValue);
            Add(rows, 1, 7, long.MaxValue);
            Add(rows, 2, 7, long.MinValue);
            Add(rows, 3, 0, 0);
        }

        Rows().ShouldBe([(0, 0, long.MaxValue), (1, 7, long.MaxValue), (2, 7, long.MinValue), (3, 0, 0)]);
    }

    [Fact]
    public void A_row_that_the_database_does_not_take_is_told()
    {
        using (var rows = new SqliteRows(_connection.Handle!, "entry", 3))
        {
            Add(rows, 1, 2, 3);
            Should.Throw<SqliteException>(() => Add(rows, 1, 2, 3)).SqliteErrorCode.ShouldBe(19);
        }

        Rows().ShouldBe([(1, 2, 3)]);
    }

    [Fact]
    public void A_column_that_nobody_set_is_not_taken_for_zero()
    {
        using var rows = new SqliteRows(_connection.Handle!, "entry", 3);
        rows.Bind(0, 1);
        rows.Bind(1, 2);

        Should.Throw<SqliteException>(rows.Add);
    }

    private static void Add(SqliteRows rows, params ReadOnlySpan<long> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            rows.Bind(i, values[i]);
        }

        rows.Add();
    }

    private List<(long, long, long)> Rows()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT * FROM entry ORDER BY idx";
        using var reader = command.ExecuteReader();
        var rows = new List<(long, long, long)>();
        while (reader.Read())
        {
            rows.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2)));
        }

        return rows;
    }

    private void Run(string sql)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The test's own text.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
