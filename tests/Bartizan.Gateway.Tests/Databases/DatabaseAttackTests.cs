using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;
using Bartizan.Gateway.Databases;
using Bartizan.Vault.Tests.Providers;

namespace Bartizan.Gateway.Tests.Databases;

/// <summary>
/// The first layer alone: the role may read and write everything here, so that nothing but the gateway stands between a fooled agent and
/// the server. The second layer has its tests beside the roles.
/// </summary>
public sealed class DatabaseAttackTests(OwnPostgres server) : IClassFixture<OwnPostgres>
{
    private static readonly ImmutableArray<DatabaseGrant> s_all =
    [
        new(SqlVerb.Select, "public", "*", []),
        new(SqlVerb.Select, "hidden", "*", []),
        new(SqlVerb.Insert, "public", "*", []),
        new(SqlVerb.Update, "public", "*", []),
        new(SqlVerb.Delete, "public", "*", []),
    ];

    [Theory]
    [InlineData("select word from secrets")]
    [InlineData("select id from secrets")]
    [InlineData("select note from orders")]
    [InlineData("select * from orders")]
    [InlineData("select o from orders o")]
    [InlineData("select o.* from orders o")]
    [InlineData("select id from hidden.orders")]
    [InlineData("select id from \"hidden\".\"orders\"")]
    [InlineData("select id from orders union all select id from secrets")]
    [InlineData("select id from orders where id in (select id from secrets)")]
    [InlineData("select (select word from secrets) as n")]
    [InlineData("with orders as (select word as n from secrets) select n from orders")]
    [InlineData("select id from orders, secrets")]
    [InlineData("select id from orders; select word from secrets")]
    [InlineData("begin; select word from secrets; commit")]
    [InlineData("select id from orders -- ;")]
    [InlineData("select/**/word/**/from/**/secrets")]
    [InlineData("select id from orders where status = E'\\'' or 1 = 1")]
    [InlineData("select $$a$$ as n from secrets")]
    [InlineData("SELECT U&\"w\\006frd\" FROM secrets")]
    [InlineData("select pg_read_file('/etc/passwd') as n")]
    [InlineData("select pg_catalog.pg_read_file('/etc/passwd') as n")]
    [InlineData("select lo_import('/etc/passwd') as n")]
    [InlineData("select current_setting('data_directory') as n")]
    [InlineData("select set_config('search_path', 'hidden', false) as n")]
    [InlineData("select pg_sleep(100) as n")]
    [InlineData("select query_to_xml('select * from secrets', true, true, '') as n")]
    [InlineData("select n from dblink('', 'select 1') as t(n int)")]
    [InlineData("update orders set note = 'x' where id = 1")]
    [InlineData("update secrets set status = 'x'")]
    [InlineData("update orders set status = (select word from secrets) where id = 1")]
    [InlineData("delete from orders")]
    [InlineData("insert into orders (status) values ('x')")]
    [InlineData("truncate orders")]
    [InlineData("copy secrets to stdout")]
    [InlineData("copy (select word as n from secrets) to stdout")]
    [InlineData("copy orders (note) to stdout")]
    [InlineData("copy orders (status) from stdin")]
    [InlineData("copy orders (id) to program 'id'")]
    [InlineData("set role bartizan")]
    [InlineData("set search_path = hidden")]
    [InlineData("set session_replication_role = replica")]
    [InlineData("set standard_conforming_strings = off")]
    [InlineData("set client_encoding = 'SJIS'")]
    [InlineData("create temp table orders (id int, status text)")]
    [InlineData("prepare p as select word from secrets")]
    [InlineData("do 'begin perform 1; end'")]
    [InlineData("call nothing()")]
    [InlineData("listen a")]
    [InlineData("declare c cursor for select word from secrets")]
    [InlineData("explain select word from secrets")]
    public async Task A_statement_that_no_rule_grants_never_reaches_the_server(string text)
    {
        await using var house = Open();
        await using var raw = await house.RawAsync();

        var simple = await raw.Query(text).UntilReadyAsync();
        var extended = await raw.Parse("", text).Bind("", "").Execute("").Sync().UntilReadyAsync();

        simple.ShouldMatch(@"^E\[(42501|0A000): bartizan refused .*\]ZI $");
        extended.ShouldMatch(@"^E\[(42501|0A000): bartizan refused .*\]ZI $");
        (await raw.Query("select 1 as n").UntilReadyAsync()).ShouldBe("TD[1]CZI ");
        house.Host.Entries.Where(e => e.Kind == EntryKind.Refusal).ShouldNotBeEmpty();
        server.Log.ShouldNotContain(text.Length > 20 ? $"statement: {text}" : "never such a text");
    }

    [Fact]
    public async Task A_refused_statement_fails_its_transaction_as_any_error_does()
    {
        await using var house = Open();
        await using var raw = await house.RawAsync();

        (await raw.Query("begin").UntilReadyAsync()).ShouldBe("CZT ");
        (await raw.Query("update orders set status = 'half' where id = 2").UntilReadyAsync()).ShouldBe("CZT ");
        (await raw.Query("select word from secrets").UntilReadyAsync()).ShouldEndWith("]ZE ");
        (await raw.Query("commit").UntilReadyAsync()).ShouldBe("CZI ");

        (await raw.Query("select status from orders where id = 2").UntilReadyAsync()).ShouldBe("TD[open]CZI ");
    }

    [Fact]
    public async Task What_follows_a_refusal_in_a_pipeline_is_skipped_up_to_the_sync()
    {
        await using var house = Open(Denying);
        await using var raw = await house.RawAsync();

        raw.Parse("", "select 1 as n").Bind("", "").Execute("");
        raw.Parse("", Denied).Bind("", "").Execute("");
        raw.Parse("", "update orders set status = 'skipped' where id = 3").Bind("", "").Execute("").Sync();
        raw.Parse("", "select status from orders where id = 3").Bind("", "").Execute("").Sync();

        var said = await raw.UntilReadyAsync(2);

        said.ShouldMatch(@"^12D\[1\]C12E\[42501: bartizan refused `tool shop/select`.*\]ZI 12D\[open\]CZI $");
    }

    [Fact]
    public async Task A_query_that_the_server_skips_takes_no_later_ones_answer()
    {
        await using var house = Open();
        await using var raw = await house.RawAsync();

        raw.Parse("", "select 1 / 0 as n").Bind("", "").Execute("").Query("begin").Query("begin").Sync();
        raw.Query("select status from orders where id = 3");

        (await raw.UntilReadyAsync(2)).ShouldMatch(@"^12?E\[22012.*\]ZI TD\[open\]CZI $");
    }

    // The role could do it: nothing but the sentence that a rule must say of its tables stands between.
    [Theory]
    [InlineData("select set_config('search_path', 'hidden', false) as n")]
    [InlineData("select pg_sleep(0) as n")]
    [InlineData("select query_to_xml('select * from secrets', true, true, '') as n")]
    [InlineData("select word as n from secrets")]
    [InlineData("select id from customers")]
    public async Task A_rule_for_whatever_server_there_is_grants_no_statement(string text)
    {
        await using var house = Open(
            $"""
            {DatabaseHouse.Rules}
              - allow: tool shop/select
                args: {"{ sql: { sql: read, tables: [customers] } }"}
                when: '"private" in session.labels'
                why: Not yet.
              - allow: tool */select
                why: Everything that reads.
            """
        );
        await using var raw = await house.RawAsync();

        var simple = await raw.Query(text).UntilReadyAsync();
        var extended = await raw.Parse("", text).Bind("", "").Execute("").Sync().UntilReadyAsync();

        simple.ShouldMatch(@"^E\[42501: bartizan refused .*\]ZI $");
        extended.ShouldMatch(@"^(12)?E\[42501: bartizan refused .*\]ZI $");
        (await raw.Query("select id from orders where id = 3").UntilReadyAsync()).ShouldBe("TD[3]CZI ");
    }

    [Theory]
    [InlineData(2205)]
    [InlineData(24)]
    [InlineData(2202)]
    [InlineData(4096)]
    [InlineData(1033)]
    [InlineData(2210)]
    [InlineData(142)]
    [InlineData(99999)]
    public async Task A_value_of_a_type_that_looks_into_the_catalog_never_reaches_the_server(int type)
    {
        await using var house = Open();
        await using var raw = await house.RawAsync();

        var said = await Typed(raw, type).Sync().UntilReadyAsync();

        said.ShouldMatch(@"^E\[0A000: bartizan refused it: a value is of a type that isn't taken.*\]ZI $");
        foreach (var plain in (int[])[0, 23, 25, 1009])
        {
            (await Typed(raw, plain).Sync().UntilReadyAsync()).ShouldBe("1ZI ");
        }
    }

    [Fact]
    public async Task Dates_and_days_mean_the_same_in_each_connection()
    {
        await using (var super = await server.SuperAsync("shop"))
        {
            await OwnPostgres.RunAsync(
                super,
                "ALTER DATABASE shop SET timezone = 'Asia/Tokyo'; ALTER DATABASE shop SET datestyle = 'SQL, DMY'; ALTER DATABASE shop SET extra_float_digits = -3; ALTER DATABASE shop SET intervalstyle = sql_standard"
            );
        }

        await using var house = Open();
        await using var raw = await house.RawAsync();
        foreach (var change in (string[])["select 1 as n", "set timezone to default", "reset all", "discard all"])
        {
            await raw.Query(change).UntilReadyAsync();

            (await raw.Query("show timezone").UntilReadyAsync()).ShouldBe("TD[UTC]CZI ");
            (await raw.Query("show datestyle").UntilReadyAsync()).ShouldBe("TD[ISO, MDY]CZI ");
            (await raw.Query("show intervalstyle").UntilReadyAsync()).ShouldBe("TD[postgres]CZI ");
            (await raw.Query("show extra_float_digits").UntilReadyAsync()).ShouldBe("TD[1]CZI ");
        }
    }

    private static RawClient Typed(RawClient raw, int type) =>
        raw.Message('P', new WireBody().Text("").Text("select cast($1 as text) as n").Short(1).Int(type));

    // The server skips the second Parse, so that its unnamed statement stays the first: what is judged as the second must not run as that.
    [Fact]
    public async Task A_statement_that_the_server_skipped_is_never_taken_for_the_one_before()
    {
        await using var house = Open(Denying);
        await using var raw = await house.RawAsync();
        (await raw.Parse("", Denied).Sync().UntilReadyAsync()).ShouldBe("1ZI ");

        raw.Bind("", "").Message('E', new WireBody().Text("absent").Int(0)).Sync();
        raw.Message('B', new WireBody().Text("").Text("").Short(0).Short(7)); // it says more values than it has
        var said = "";
        try
        {
            said = await raw.UntilReadyAsync(2);
        }
        catch (WireBrokenException)
        {
            // Ended is as good.
        }

        said.ShouldNotContain("SESAME");

        await using var next = await house.RawAsync();
        next.Parse("a", Denied).Parse("b", "select nothing_such from orders").Sync();
        next.Parse("c", "select 1 / 0 as n").Bind("", "c").Execute("").Parse("", "select 1 as n").Sync();
        next.Bind("", "").Execute("").Sync();
        next.Bind("", "a").Execute("").Sync();
        (await next.UntilReadyAsync(4)).ShouldNotContain("SESAME");
    }

    [Fact]
    public async Task A_prepared_name_can_not_be_given_twice()
    {
        await using var house = Open(Denying);
        await using var raw = await house.RawAsync();

        raw.Parse("p", Denied).Parse("p", "select 1 as n").Sync();
        (await raw.UntilReadyAsync()).ShouldMatch(@"^1E\[42P05.*\]ZI $");
        (await raw.Bind("", "p").Execute("").Sync().UntilReadyAsync()).ShouldMatch(@"^2E\[42501.*\]ZI $");
        (
            await raw.Close('S', "p").Parse("p", "select 1 as n").Bind("", "p").Execute("").Sync().UntilReadyAsync()
        ).ShouldBe("312D[1]CZI ");
    }

    [Fact]
    public async Task A_function_of_the_same_name_in_another_schema_is_never_called()
    {
        await using var house = Open();
        await using var raw = await house.RawAsync();

        var said = await raw.Query("select lower(cast(status as varchar)) as n from orders where id = 4")
            .UntilReadyAsync();

        said.ShouldBe("TD[open]CZI ");
    }

    [Fact]
    public async Task Calls_by_number_and_messages_that_nobody_knows_are_refused()
    {
        await using var house = Open();
        await using (var raw = await house.RawAsync())
        {
            (await raw.Message('F', new WireBody().Int(1).Short(0).Short(0).Short(0)).UntilReadyAsync()).ShouldMatch(
                @"^E\[0A000: bartizan refused.*\]ZI $"
            );
            (await raw.Message('d', new WireBody().Int(1)).UntilReadyAsync()).ShouldBe(
                "E[0A000: bartizan: a message of the kind `d` isn't taken]"
            );
        }

        await using var next = await house.RawAsync();
        (await next.Message('?', new WireBody()).UntilReadyAsync()).ShouldContain("isn't taken");
    }

    [Theory]
    [InlineData("replication", "database")]
    [InlineData("options", "-c search_path=hidden")]
    [InlineData("search_path", "hidden")]
    [InlineData("role", "bartizan")]
    [InlineData("client_encoding", "SJIS")]
    [InlineData("session_authorization", "super")]
    [InlineData("DateStyle", "ISO, DMY")]
    [InlineData("TimeZone", "Asia/Tokyo")]
    [InlineData("intervalstyle", "sql_standard")]
    [InlineData("extra_float_digits", "-15")]
    public async Task A_connection_setting_that_changes_what_is_read_is_refused(string name, string value)
    {
        await using var house = Open();
        await using var raw = await RawClient.ConnectAsync(house.Port);

        await raw.GreetAsync(
            new WireBody()
                .Int(3 << 16)
                .Text("user")
                .Text("agent")
                .Text("database")
                .Text("shop")
                .Text(name)
                .Text(value)
                .Byte(0)
        );

        (await raw.UntilReadyAsync()).ShouldStartWith(
            $"E[0A000: bartizan doesn't take the connection setting `{name}`"
        );
    }

    [Fact]
    public async Task Only_its_own_statements_can_be_cancelled()
    {
        await using var house = Open();
        await using var raw = await house.RawAsync();
        await using (var other = await RawClient.ConnectAsync(house.Port))
        {
            await other.GreetAsync(new WireBody().Int(80877102).Int(4711).Int(815));
            (await other.UntilReadyAsync()).ShouldBe("");
        }

        await using (var own = await RawClient.ConnectAsync(house.Port))
        {
            await own.GreetAsync(new WireBody().Int(80877102).Bytes(raw.CancelKey));
            (await own.UntilReadyAsync()).ShouldBe("");
        }

        raw.CancelKey.Length.ShouldBe(8);
        (await raw.Query("select 1 as n").UntilReadyAsync()).ShouldEndWith("ZI ");
    }

    [Fact]
    public async Task The_end_of_the_session_ends_its_connections()
    {
        await using var house = Open();
        await using var raw = await house.RawAsync();

        house.Control.End();

        (await raw.Query("select 1 as n").UntilReadyAsync()).ShouldNotContain("D[1]");
    }

    // A statement that a rule grants, and another takes away: it may be prepared, and never run.
    private const string Denied = "select word from secrets";

    private const string Denying = """
        rules:
          - allow: tool shop/select
            args: { sql: { sql: read, tables: [orders, secrets], columns: [id, status, word, n] } }
            why: It looks after orders.
          - deny: tool shop/select
            args: { sql: { glob: "select word**" } }
            why: Alone they are nobody's.
          - allow: tool shop/update
            args: { sql: { sql: write, tables: [orders], sets: [status], columns: [id] } }
            why: It marks them.
        """;

    private DatabaseHouse Open(string rules = DatabaseHouse.Rules)
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        return new DatabaseHouse(server, rules, s_all);
    }
}
