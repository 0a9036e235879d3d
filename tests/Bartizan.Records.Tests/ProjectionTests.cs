using Bartizan.Core.Entries;
using Bartizan.Records.Projections;
using Bartizan.Records.Queries;
using Microsoft.Data.Sqlite;

namespace Bartizan.Records.Tests;

public sealed class ProjectionTests : TemporaryRecord
{
    [Fact]
    public async Task A_projection_is_made_by_the_first_query_and_extended_by_the_next()
    {
        await WriteAsync(10);
        (await RowsAsync("verb:connect")).Count.ShouldBe(10);
        await WriteAsync(5);

        (await RowsAsync("verb:connect")).Count.ShouldBe(15);
        Mark().Size.ShouldBe(15);
    }

    [Fact]
    public async Task What_a_projection_does_not_cover_yet_is_read_from_the_log()
    {
        await WriteAsync(10);
        await RowsAsync();
        using (Place.TryLock().ShouldNotBeNull())
        {
            await WriteAsync(3);

            (await RowsAsync("verb:connect")).Count.ShouldBe(13);
        }

        Mark().Size.ShouldBe(10);
    }

    [Fact]
    public async Task A_projection_of_another_log_is_thrown_away()
    {
        await WriteAsync(10);
        await RowsAsync();
        Directory.Delete(Options.LogDirectory, recursive: true);
        Directory.Delete(Options.KeyDirectory, recursive: true);
        await WriteAsync(12, "other.example:443");

        (await RowsAsync("host:other.example")).Count.ShouldBe(12);
        (await RowsAsync("host:example.com")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_projection_of_a_log_that_was_rolled_back_is_thrown_away()
    {
        await WriteAsync(10);
        var copy = Directory.CreateTempSubdirectory("bartizan-copy-").FullName;
        Copy(Home, copy);
        await WriteAsync(10, "later.example:443");
        (await RowsAsync("host:later.example")).Count.ShouldBe(10);
        foreach (var folder in (string[])["log", "keys"])
        {
            Directory.Delete(Path.Combine(Home, folder), recursive: true);
            Directory.Move(Path.Combine(copy, folder), Path.Combine(Home, folder));
        }

        Directory.Delete(copy, recursive: true);
        await WriteAsync(10, "instead.example:443");

        (await RowsAsync("host:later.example")).ShouldBeEmpty();
        (await RowsAsync("host:instead.example")).Count.ShouldBe(10);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4096)]
    public async Task A_broken_file_is_built_again(int from)
    {
        await WriteAsync(200);
        await RowsAsync();
        var bytes = await File.ReadAllBytesAsync(Place.Database);
        bytes.AsSpan(from, Math.Min(4096, bytes.Length - from)).Fill(0xA5);
        await File.WriteAllBytesAsync(Place.Database, bytes);

        // The first answer may have had to do without; it is right all the same.
        using (var search = await SearchAsync())
        {
            (await search.FindAsync(Query("verb:connect"), LogPage.All, default).ToListAsync()).Count.ShouldBe(200);
        }

        (await RowsAsync("verb:connect")).Count.ShouldBe(200);
    }

    [Fact]
    public async Task A_projection_of_another_layout_is_built_again()
    {
        await WriteAsync(10);
        await RowsAsync();
        Sql("UPDATE mark SET layout = 'older'");

        (await RowsAsync("verb:connect")).Count.ShouldBe(10);
        Mark().Layout.ShouldBe(ProjectionLayout.Version);
    }

    [Fact]
    public async Task A_writer_that_ended_between_two_batches_leaves_a_projection_of_fewer_entries()
    {
        await WriteAsync(10);
        var origin = Place.Origin().ShouldNotBeNull();
        var log = new Log.LogDirectory(Options.LogDirectory);
        using var leaves = new Log.LeafLookup(Options.LogDirectory);
        using (var store = Place.OpenToWrite())
        {
            await new ProjectionWriter(store, log, leaves, origin).CatchUpAsync(4, default);
        }

        using (Place.TryLock().ShouldNotBeNull())
        {
            (await RowsAsync("verb:connect")).Count.ShouldBe(10);
        }

        Mark().Size.ShouldBe(4);
        (await RowsAsync("verb:connect")).Count.ShouldBe(10);
        Mark().Size.ShouldBe(10);
    }

    [Fact]
    public async Task A_batch_is_not_added_twice()
    {
        await WriteAsync(10);
        await RowsAsync();
        using var store = Place.OpenToWrite();
        var mark = store.Mark().ShouldNotBeNull();

        store.Append(new ProjectionBatch([], []), mark with { Size = 9 }, mark).ShouldBeFalse();
        store.Mark().ShouldBe(mark);
    }

    [Fact]
    public async Task The_file_is_for_its_owner_alone()
    {
        await WriteAsync(1);
        await RowsAsync();

        File.GetUnixFileMode(Place.Database).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_follower_keeps_it_up_to_date_and_a_query_only_reads()
    {
        await using var journal = await OpenAsync();
        await journal.AppendAsync(Intent(1), default);
        await using var follower = new ProjectionFollower(Place, () => journal.Log.Size, TimeProvider.System, _ => { });
        await journal.AppendAsync(Intent(2), default);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (follower.Size < 2)
        {
            await Task.Delay(20, limit.Token);
        }

        using var search = await SearchAsync();
        (await search.FindAsync(Query("verb:connect"), LogPage.All, default).ToListAsync()).Count.ShouldBe(2);
        search.Walked.ShouldBe(0);
    }

    [Fact]
    public async Task A_follower_that_can_not_write_says_so_once_and_nothing_else_happens()
    {
        await using var journal = await OpenAsync();
        Directory.CreateDirectory(Place.Database);
        var said = new TaskCompletionSource<string>();
        await using var follower = new ProjectionFollower(
            Place,
            () => journal.Log.Size,
            TimeProvider.System,
            text => said.TrySetResult(text)
        );

        (await said.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldStartWith("queries read the log itself");
        (await journal.AppendAsync(Intent(1), default)).ShouldBe(0);
        using var search = await SearchAsync();
        search.Note.ShouldNotBeNull();
        (await search.FindAsync(Query("verb:connect"), LogPage.All, default).ToListAsync()).Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(null, null, null, false, "0-29")]
    [InlineData(null, null, null, true, "29-0")]
    [InlineData(5, null, null, false, "25-29")]
    [InlineData(5, null, null, true, "29-25")]
    [InlineData(5, 20L, null, false, "15-19")]
    [InlineData(5, null, 7L, false, "8-12")]
    [InlineData(5, null, 7L, true, "12-8")]
    [InlineData(null, 12L, 7L, false, "8-11")]
    [InlineData(100, null, 24L, false, "25-29")]
    public async Task A_page_is_the_same_however_much_of_the_log_is_covered(
        int? limit,
        long? before,
        long? after,
        bool newestFirst,
        string expected
    )
    {
        await WriteAsync(30);
        var page = new LogPage
        {
            Limit = limit,
            Before = before ?? long.MaxValue,
            After = after ?? -1,
            NewestFirst = newestFirst,
        };
        using var held = Place.TryLock().ShouldNotBeNull();
        foreach (var covered in (int[])[0, 10, 22, 30])
        {
            await CoverAsync(covered);
            foreach (var query in (string[])["", "verb:connect", "-verb:http", $"session:{Session}"])
            {
                using var search = await SearchAsync();
                var found = await search.FindAsync(Query(query), page, default).Select(row => row.Index).ToListAsync();

                $"{found[0]}-{found[^1]}".ShouldBe(expected, $"{query} with {covered} covered");
                found.Count.ShouldBe((int)Math.Abs(found[0] - found[^1]) + 1);
                (await search.CheckAsync(Query(query), page, found, default)).ShouldBeNull();
            }
        }
    }

    private async Task CoverAsync(int size)
    {
        using var leaves = new Log.LeafLookup(Options.LogDirectory);
        using var store = Place.OpenToWrite();
        var log = new Log.LogDirectory(Options.LogDirectory);
        await new ProjectionWriter(store, log, leaves, Place.Origin()!).CatchUpAsync(size, default);
    }

    private async Task WriteAsync(int count, string target = "example.com:443")
    {
        await using var journal = await OpenAsync();
        for (var i = 0; i < count; i++)
        {
            await journal.PostAsync(Intent(i, target), default);
        }
    }

    private ProjectionMark Mark()
    {
        using var store = Place.OpenToRead().ShouldNotBeNull();
        return store.Mark().ShouldNotBeNull();
    }

    private void Sql(string text)
    {
        using var connection = new SqliteConnection($"Data Source={Place.Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = text;
        command.ExecuteNonQuery();
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
            File.SetUnixFileMode(target, File.GetUnixFileMode(file));
        }
    }
}
