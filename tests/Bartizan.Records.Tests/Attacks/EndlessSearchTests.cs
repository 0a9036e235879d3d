using Bartizan.Records.Native;
using Bartizan.Records.Queries;
using Microsoft.Data.Sqlite;

namespace Bartizan.Records.Tests.Attacks;

/// <summary>Whoever asks for what takes long, and goes.</summary>
public sealed class EndlessSearchTests : TemporaryRecord
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_statement_that_would_never_end_ends_when_nobody_waits_for_it()
    {
        SystemSqlite.Problem.ShouldBeNull();
        using var database = new SqliteConnection("Data Source=:memory:");
        database.Open();
        using var endless = database.CreateCommand();
        endless.CommandText =
            "WITH RECURSIVE n(i) AS (SELECT started() UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";
        using var gone = new CancellationTokenSource();
        using var looks = new ManualResetEventSlim();
        database.CreateFunction(
            "started",
            () =>
            {
                looks.Set();
                return 1;
            }
        );
        using (new SqliteStop(database.Handle!, gone.Token))
        {
            var running = Task.Run(endless.ExecuteScalar, TestContext.Current.CancellationToken);
            looks.Wait(s_long, TestContext.Current.CancellationToken).ShouldBeTrue();
            await gone.CancelAsync();
            try
            {
                await Should.ThrowAsync<SqliteException>(() =>
                    running.WaitAsync(s_long, TestContext.Current.CancellationToken)
                );
            }
            finally
            {
                // So that a failing test ends, too.
                SQLitePCL.raw.sqlite3_interrupt(database.Handle!);
            }
        }

        // And the database is as good as before.
        using var after = database.CreateCommand();
        after.CommandText =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) SELECT COUNT(*) FROM n";
        after.ExecuteScalar().ShouldBe(9999L);
    }

    [Fact]
    public async Task A_search_that_nobody_waits_for_ends_in_the_database_which_is_trusted_as_before()
    {
        const int Entries = 2000;
        await WriteAsync(Entries);
        await RowsAsync();
        using var store = Place.OpenToRead().ShouldNotBeNull();
        var query = Query("host:*.nowhere.example nothing-of-that");

        Should.Throw<OperationCanceledException>(() =>
            store.Candidates(query, -1, Entries, newestFirst: true, Entries, new CancellationToken(canceled: true))
        );

        store.Candidates(query, -1, Entries, newestFirst: true, Entries, default).ShouldBeEmpty();
        using var search = await SearchAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await search.FindAsync(query, LogPage.All, new CancellationToken(canceled: true)).ToListAsync()
        );
        search.Note.ShouldBeNull();
        Place.IsDistrusted.ShouldBeFalse();
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("agent:a,b,c session:s host:h", 0)]
    [InlineData("word -other \"third one\"", 3)]
    [InlineData("host:*.example.com", 2)]
    [InlineData("rule:a,b tool:c", 3)]
    [InlineData("-target:*a*b*c*", 5)]
    public void What_a_search_costs_is_known_before_it_is_asked(string query, int scans) =>
        Query(query).Scans.ShouldBe(scans);

    private async Task WriteAsync(int count)
    {
        await using var journal = await OpenAsync();
        for (var i = 0; i < count; i++)
        {
            await journal.PostAsync(Intent(i), default);
        }
    }
}
