using Bartizan.Gateway.Databases;
using Bartizan.Vault.Tests.Providers;

namespace Bartizan.Gateway.Tests.Databases;

/// <summary>What a session's connections may have the gateway keep.</summary>
public sealed class DatabaseMemoryTests(OwnPostgres server) : IClassFixture<OwnPostgres>
{
    private const string NoRoom = @"E\[53200: bartizan: the session's connections keep too many.*\]";

    [Fact]
    public async Task Values_that_portals_keep_have_a_bound()
    {
        await using var house = Open(new DatabaseOptions());
        await using var raw = await house.RawAsync();
        var value = new byte[8 << 20];
        value.AsSpan().Fill((byte)'x');

        raw.Parse("", "select status from orders where status = $1");
        for (var i = 0; i < 10; i++)
        {
            raw.Message(
                'B',
                new WireBody().Text($"p{i}").Text("").Short(0).Short(1).Int(value.Length).Bytes(value).Short(0)
            );
        }

        (await raw.Sync().UntilReadyAsync()).ShouldMatch($"^12{{6,7}}{NoRoom}ZI $");
    }

    [Fact]
    public async Task A_portal_more_than_there_may_be_is_refused_and_never_sent()
    {
        await using var house = Open(new DatabaseOptions { MaxPrepared = 4 });
        await using var raw = await house.RawAsync();

        raw.Parse("s", "select 1 as n");
        for (var i = 0; i < 5; i++)
        {
            raw.Bind($"p{i}", "s");
        }

        (await raw.Sync().UntilReadyAsync()).ShouldMatch($"^12222{NoRoom}ZI $");
        (await raw.Execute("p4").Sync().UntilReadyAsync()).ShouldMatch(@"^E\[34000.*\]ZI $");
        (await raw.Bind("p3", "s").Execute("p3").Sync().UntilReadyAsync()).ShouldBe("2D[1]CZI ");
    }

    [Fact]
    public async Task Statements_count_and_all_connections_of_a_session_share_one_sum()
    {
        await using var house = Open(new DatabaseOptions { MaxKeptBytes = 1 << 20 });
        await using var second = await house.RawAsync();
        await using (var first = await house.RawAsync())
        {
            var text = $"select 1 as n, '{new string('x', 16_000)}'";
            for (var i = 0; i < 30; i++)
            {
                first.Parse($"s{i}", text);
            }

            (await first.Sync().UntilReadyAsync()).ShouldMatch($"^1{{5,15}}{NoRoom}ZI $");
            second.Parse("a", text).Parse("b", text).Sync();
            (await second.UntilReadyAsync()).ShouldMatch($"^1?{NoRoom}ZI $");
        }

        await BecomesAsync(house, most: 200_000);
        second.Parse("c", "select 1 as n").Bind("", "c").Execute("").Sync();
        (await second.UntilReadyAsync()).ShouldBe("12D[1]CZI ");
    }

    [Fact]
    public async Task Many_small_values_count_as_what_they_are_in_memory()
    {
        await using var house = Open(new DatabaseOptions { MaxKeptBytes = 1 << 20 });
        await using var raw = await house.RawAsync();
        var values = new WireBody().Text("").Text("").Short(0).Short(30_000);
        for (var i = 0; i < 30_000; i++)
        {
            values.Int(1).Byte((byte)'x');
        }

        raw.Parse("", "select 1 as n").Message('B', values.Short(0)).Sync();

        (await raw.UntilReadyAsync()).ShouldMatch($"^1{NoRoom}ZI $");
    }

    [Fact]
    public async Task Whatever_was_taken_is_given_back_at_the_end()
    {
        await using var house = Open(new DatabaseOptions());
        await using (var raw = await house.RawAsync())
        {
            raw.Query("select id from orders where id = 1; select id from orders").Query("select word from secrets");
            raw.Parse("a", "select id from orders").Bind("p", "a").Execute("p").Sync();
            raw.Parse("", "select 1 / 0 as n").Bind("", "").Execute("").Execute("").Sync();
            raw.Query("select id from orders; select 1 / 0 as n; select id from orders")
                .Query("select nonsense from x");
            await raw.UntilReadyAsync(6);
            raw.Bind("q", "a").Execute("q").Execute("q");
            await raw.SendAsync();
        }

        await BecomesAsync(house, most: 0);
    }

    [Theory]
    [InlineData('Q', 70_000)]
    [InlineData('P', 70_000)]
    [InlineData('E', 70_000)]
    public async Task A_message_that_says_it_is_larger_than_its_kind_can_be_ends_the_connection(char type, int bytes)
    {
        await using var house = Open(new DatabaseOptions());
        await using var raw = await house.RawAsync();

        (await raw.Message(type, new WireBody().Bytes(new byte[bytes])).UntilReadyAsync()).ShouldMatch(
            @"^(E\[08P01: bartizan: a message of more than \d+ bytes isn't taken\])?$"
        );
    }

    [Fact]
    public async Task A_name_that_is_longer_than_any_ends_the_connection()
    {
        await using var house = Open(new DatabaseOptions());
        await using var raw = await house.RawAsync();

        (await raw.Close('S', new string('x', 300)).UntilReadyAsync()).ShouldContain(
            "a name of more than 256 characters"
        );
    }

    [Fact]
    public async Task A_head_alone_takes_no_memory()
    {
        var wire = new WireStream(new MemoryStream([(byte)'B', 0, 255, 0, 0, 1, 2, 3]), 16 << 20);

        // Bytes in memory are read at once, so what is counted is this thread's whole part: an await could go on in another one.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var read = wire.ReadAsync(CancellationToken.None);
        var taken = GC.GetAllocatedBytesForCurrentThread() - before;

        read.IsCompleted.ShouldBeTrue();
        taken.ShouldBeLessThan(1 << 20);
        await Should.ThrowAsync<WireBrokenException>(async () => await read);
    }

    [Fact]
    public async Task What_is_read_of_a_long_message_counts_until_the_next_is_asked_for()
    {
        var kept = new KeptBytes(1 << 20);
        byte[] long1 = [(byte)'B', 0, 8, 0, 4, .. new byte[8 << 16]];
        byte[] tooLong = [(byte)'B', 0, 32, 0, 4, .. new byte[32 << 16]];
        await using var wire = new WireStream(new MemoryStream([.. long1, .. long1, .. tooLong]), _ => 16 << 20, kept);

        (await wire.ReadAsync(CancellationToken.None))!.Value.Body.Length.ShouldBe(8 << 16);
        (await wire.ReadAsync(CancellationToken.None))!.Value.Body.Length.ShouldBe(8 << 16);
        kept.Taken.ShouldBeInRange(1, 8 << 16);
        await Should.ThrowAsync<WireBrokenException>(async () => await wire.ReadAsync(CancellationToken.None));
        await wire.DisposeAsync();
        kept.Taken.ShouldBe(0);
    }

    [Fact]
    public async Task A_portal_with_a_name_leaves_the_one_without()
    {
        await using var house = Open(new DatabaseOptions());
        await using var raw = await house.RawAsync();

        raw.Parse("", "select 1 as n").Bind("", "").Bind("p", "").Execute("").Execute("p").Sync();

        (await raw.UntilReadyAsync()).ShouldBe("122D[1]CD[1]CZI ");
    }

    private static async Task BecomesAsync(DatabaseHouse house, long most)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (house.Binding.Kept.Taken is var taken && (taken < 0 || taken > most))
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private DatabaseHouse Open(DatabaseOptions options)
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        return new DatabaseHouse(server, DatabaseHouse.Rules, options: options);
    }
}
