using Bartizan.Records.Entries;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;
using Npgsql;

namespace Bartizan.Records.Tests;

/// <summary>The projection in a real PostgreSQL, and that both databases mean what a query means.</summary>
public sealed class PostgresTests(PostgresServer server) : TemporaryRecord, IClassFixture<PostgresServer>
{
    private const int Records = 25;
    private const int Queries = 120;
    private const int Rows = 40;

    [Fact]
    public void Both_databases_find_what_the_plain_filter_finds_in_any_record_by_any_query()
    {
        SkipWithoutServer();
        var exact = 0;
        for (var i = 1; i <= Records; i++)
        {
            var random = new RandomRecord((ulong)i);
            var rows = Enumerable.Range(0, Rows).Select(index => random.Row(index)).ToList();
            using var sqlite = SqliteProjection.Open(Path.Combine(Home, $"{i}.db"), mayWrite: true)!;
            using var postgres = PostgresProjection.Open(server.ConnectionString, $"random/{i}", mayWrite: true);
            Fill(sqlite, rows, random);
            Fill(postgres, rows, random);
            for (var j = 0; j < Queries; j++)
            {
                var text = random.Query();
                var query = Query(text);
                var meant = rows.Where(query.Matches).Select(row => row.Index).ToList();
                foreach (var store in (IProjectionStore[])[sqlite, postgres])
                {
                    var isExact = SqlFilter.Of(query, (ISqlDialect)store, -1, Rows, false, Rows).IsExact;
                    var found = store.Candidates(query, -1, Rows, newestFirst: false, Rows, CancellationToken.None);
                    exact += isExact ? 1 : 0;
                    found
                        .Where(index => isExact || query.Matches(rows[(int)index]))
                        .ShouldBe(meant, $"record {i}, {store.GetType().Name}: {text}");
                }
            }
        }

        // Else the databases would narrow nothing down.
        exact.ShouldBeGreaterThan(Records * Queries);
    }

    [Fact]
    public async Task A_query_is_answered_through_PostgreSQL_and_the_daemon_is_not_needed()
    {
        SkipWithoutServer();
        Configure(server.ConnectionString);
        await WriteAsync(5000);

        (await RowsAsync("verb:connect target:example.com:4*")).Count.ShouldBe(5000);
        (await RowsAsync($"-session:{Session}")).ShouldBeEmpty();
        await WriteAsync(3);
        using var search = await SearchAsync();
        var page = new LogPage { Limit = 2 };
        var newest = await search
            .FindAsync(Query("verb:connect"), page, default)
            .Select(row => row.Index)
            .ToListAsync();
        newest.ShouldBe([5001, 5002]);
        search.Walked.ShouldBe(0);
        File.Exists(Place.Database).ShouldBeFalse();
    }

    [Fact]
    public async Task Two_instances_in_one_database_see_only_their_own()
    {
        SkipWithoutServer();
        Configure(server.ConnectionString);
        await WriteAsync(10);
        await RowsAsync("verb:connect");
        Directory.Delete(Options.LogDirectory, recursive: true);
        Directory.Delete(Options.KeyDirectory, recursive: true);
        await WriteAsync(7);

        (await RowsAsync("verb:connect")).Count.ShouldBe(7);
    }

    [Fact]
    public async Task A_distrusted_projection_is_built_again_in_the_database_too()
    {
        SkipWithoutServer();
        Configure(server.ConnectionString);
        await WriteAsync(10);
        await RowsAsync();
        var schema = PostgresProjection.SchemaOf(Place.Origin()!);
        Sql($"UPDATE {schema}.entry SET verb = 1 WHERE idx = 3");
        using (var search = await SearchAsync())
        {
            var query = Query("verb:connect");
            var found = await search.FindAsync(query, LogPage.All, default).Select(row => row.Index).ToListAsync();
            found.ShouldNotContain(3);
            (await search.CheckAsync(query, LogPage.All, found, default)).ShouldBe(3);
        }

        (await RowsAsync("verb:connect")).Count.ShouldBe(10);
    }

    [Fact]
    public async Task Each_month_has_a_partition_and_time_a_BRIN_index()
    {
        SkipWithoutServer();
        Configure(server.ConnectionString);
        await WriteAsync(1);
        await RowsAsync();
        var schema = PostgresProjection.SchemaOf(Place.Origin()!);
        var now = TimeProvider.System.GetUtcNow();

        Names($"SELECT tablename FROM pg_tables WHERE schemaname = '{schema}'").ShouldContain($"entry_{now:yyyyMM}");
        Names($"SELECT indexdef FROM pg_indexes WHERE schemaname = '{schema}'")
            .ShouldContain(def => def.Contains("USING brin (\"time\")", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=bartizan;Password=hunter2;Timeout=1")]
    [InlineData("Passwort=hunter2")]
    [InlineData("hunter2")]
    public async Task A_database_that_is_not_there_costs_nothing_but_time_and_its_password_is_never_said(
        string connection
    )
    {
        Configure(connection);
        await WriteAsync(10);
        using var search = await SearchAsync();

        search.Note.ShouldNotBeNull().ShouldNotContain("hunter2");
        (await search.FindAsync(Query("verb:connect"), LogPage.All, default).ToListAsync()).Count.ShouldBe(10);
    }

    [Fact]
    public async Task A_connection_string_that_others_can_read_is_refused()
    {
        Configure("Host=nowhere");
        File.SetUnixFileMode(
            Place.PostgresFile,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead
        );
        await WriteAsync(1);
        using var search = await SearchAsync();

        search.Note.ShouldNotBeNull().ShouldContain("chmod 600");
    }

    private void SkipWithoutServer()
    {
        if (server.Missing is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    private void Configure(string connection)
    {
        File.WriteAllText(Place.PostgresFile, connection + "\n");
        File.SetUnixFileMode(Place.PostgresFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static void Fill(IProjectionStore store, List<EntryRow> rows, RandomRecord random)
    {
        var mark = new ProjectionMark(ProjectionLayout.Version, "random", 0, "");
        store.Reset(mark);
        var texts = new TextIds(store);
        for (var at = 0; at < rows.Count; )
        {
            var some = rows.Skip(at).Take(1 + random.Next(Rows)).ToList();
            at += some.Count;
            var next = mark with { Size = at, Fit = $"{at}" };
            store.Append(texts.Batch([.. some.Select(ProjectedEntry.Of)]), mark, next).ShouldBeTrue();
            mark = next;
            store.Mark().ShouldBe(mark);
        }
    }

    private void Sql(string text)
    {
        using var connection = new NpgsqlConnection(server.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(text, connection);
        command.ExecuteNonQuery();
    }

    private List<string> Names(string text)
    {
        using var connection = new NpgsqlConnection(server.ConnectionString);
        connection.Open();
        using var command = new NpgsqlCommand(text, connection);
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private async Task WriteAsync(int count)
    {
        await using var journal = await OpenAsync();
        for (var i = 0; i < count; i++)
        {
            await journal.PostAsync(Intent(i), default);
        }
    }
}
