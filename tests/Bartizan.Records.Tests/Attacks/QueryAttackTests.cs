using System.Text;
using Bartizan.Core.Entries;
using Bartizan.Records.Queries;
using Microsoft.Data.Sqlite;

namespace Bartizan.Records.Tests.Attacks;

/// <summary>Queries and entries that try to be more than text, and a database that lies.</summary>
public sealed class QueryAttackTests : TemporaryRecord
{
    private static readonly string[] s_evil =
    [
        "'; DROP TABLE entry; --",
        "' OR '1'='1",
        "\" OR 1=1 --",
        "@p0",
        "%",
        "_xample.com:443",
        "[a-z]*",
        "?",
        "x' UNION SELECT id FROM text --",
        "^example",
        "NEAR(a b)",
        "\u0000",
        "\u001e",
        "\uFFFD",
        "ß İ ı K",
        "\\",
        "😂",
    ];

    public static TheoryData<string> TextKeys() =>
        [.. Qualifier.All.Where(key => key.Takes.StartsWith("text", StringComparison.Ordinal)).Select(key => key.Name)];

    [Theory]
    [MemberData(nameof(TextKeys))]
    public async Task No_value_of_any_key_is_more_than_text(string key)
    {
        await WriteAsync();
        foreach (var evil in s_evil)
        {
            foreach (var value in (string[])[Quoted(evil), $"*{Quoted(evil)}*", $"{Quoted(evil)}*", $"*{Quoted(evil)}"])
            {
                // RowsAsync compares the projection's answer with the log's; these fields hold no such text but the target's.
                var found = await RowsAsync($"{key}:{value}");
                if (key is not ("target" or "host" or "reason"))
                {
                    found.ShouldBeEmpty($"{key}:{value}");
                }

                (await RowsAsync($"-{key}:{value}")).Count.ShouldBe(s_evil.Length + 1 - found.Count, $"-{key}:{value}");
            }
        }

        (await RowsAsync()).Count.ShouldBe(s_evil.Length + 1);
    }

    [Fact]
    public async Task Each_evil_text_finds_itself_and_nothing_else()
    {
        await WriteAsync();
        foreach (var evil in s_evil)
        {
            var found = await RowsAsync($"target:{Quoted(evil)}");

            // What no database can hold is U+FFFD in the language of queries; these three are one text there.
            var same = evil is "\0" or "\u001e" or "\uFFFD" ? 3 : 1;
            found.Count.ShouldBe(same, evil);
            found.ShouldContain(row => row.Entry.Target == evil, evil);
            (await RowsAsync(Quoted(evil))).ShouldContain(row => row.Entry.Target == evil, evil);
        }
    }

    [Fact]
    public void A_query_of_any_bytes_is_refused_or_read_and_never_throws()
    {
        var seed = 17UL;
        var letters = "ab:-\"\\*,. \n\0\u001e\ud83d\ude02sincetargetkind:indx0123456789%_'";
        for (var i = 0; i < 20_000; i++)
        {
            var text = new StringBuilder();
            for (var length = Next(40); length > 0; length--)
            {
                text.Append(letters[Next(letters.Length)]);
            }

            var read = LogQuery.TryParse(text.ToString(), DateTimeOffset.UnixEpoch, out _, out var problem);
            (read || problem.Length > 0).ShouldBeTrue(text.ToString());
        }

        int Next(int below)
        {
            seed = (seed * 6364136223846793005UL) + 1442695040888963407UL;
            return (int)((seed >> 33) % (ulong)below);
        }
    }

    [Fact]
    public void A_query_that_is_too_much_is_refused_by_its_bounds()
    {
        Refused(new string('a', LogQuery.MaxLength + 1)).ShouldContain("characters");
        Refused(string.Join(' ', Enumerable.Repeat("a", LogQuery.MaxWords + 1))).ShouldContain("words");
        Refused("agent:" + string.Join(',', Enumerable.Repeat("a", LogQuery.MaxValues + 1)))
            .ShouldContain("alternatives");
        Refused("agent:" + new string('*', TextPattern.MaxStars + 1)).ShouldContain("stars");

        static string Refused(string text)
        {
            LogQuery.TryParse(text, DateTimeOffset.UnixEpoch, out _, out var problem).ShouldBeFalse();
            return problem;
        }
    }

    [Fact]
    public async Task A_database_that_names_entries_that_are_not_there_is_not_believed()
    {
        await WriteAsync();
        await RowsAsync();
        Lie("UPDATE entry SET decision = 1");

        (await RowsAsync("decision:deny")).Count.ShouldBe(s_evil.Length);
        Lie("UPDATE mark SET size = size; INSERT INTO entry SELECT idx + 1000000, " + Columns() + " FROM entry");

        (await RowsAsync("decision:deny")).Count.ShouldBe(s_evil.Length);
    }

    [Fact]
    public async Task A_database_that_keeps_an_entry_back_is_caught_by_a_check_and_built_again()
    {
        await WriteAsync();
        await RowsAsync();
        Lie("UPDATE entry SET decision = 3 WHERE idx = 4");
        var query = Query("decision:deny");
        using (var search = await SearchAsync())
        {
            var found = await search.FindAsync(query, LogPage.All, default).Select(row => row.Index).ToListAsync();
            found.ShouldNotContain(4);

            (await search.CheckAsync(query, LogPage.All, found, default)).ShouldBe(4);
        }

        (await RowsAsync("decision:deny")).Count.ShouldBe(s_evil.Length);
    }

    [Fact]
    public async Task A_session_from_which_the_database_kept_an_entry_back_is_told_whole()
    {
        await WriteAsync();
        await RowsAsync();
        Lie("UPDATE entry SET session = 0 WHERE idx IN (2, 5)");
        using var payloads = new Payloads.PayloadReader(Options.PayloadDirectory, Options.KeyDirectory);
        using var search = await SearchAsync();
        var timeline = await Timelines.SessionTimeline.BuildAsync(search, payloads, Session, false, default);

        timeline.ShouldNotBeNull().Rows.Length.ShouldBe(s_evil.Length);
        search.Note.ShouldNotBeNull();
        Place.IsDistrusted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_page_that_lacks_an_entry_at_either_end_is_caught()
    {
        await WriteAsync();
        var query = Query("decision:deny");
        foreach (var page in (LogPage[])[new() { Limit = 3 }, new() { Limit = 3, After = 2 }])
        {
            await RowsAsync();
            Lie("UPDATE entry SET decision = 3 WHERE idx IN (4, 16)");
            using var search = await SearchAsync();
            var found = await search.FindAsync(query, page, default).Select(row => row.Index).ToListAsync();

            (await search.CheckAsync(query, page, found, default)).ShouldNotBeNull();
        }
    }

    private static string Quoted(string text) =>
        "\""
        + text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal)
        + "\"";

    private static string Columns() => "time, " + string.Join(", ", Projections.ProjectionLayout.Columns);

    private void Lie(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Place.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery().ShouldBeGreaterThan(0);
    }

    private async Task WriteAsync()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(new Entry { Kind = EntryKind.Instance, Detail = "started" }, default);
        foreach (var evil in s_evil)
        {
            await journal.AppendAsync(Refusal(evil), default);
        }
    }
}
