using Bartizan.Core.Conditions;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Tests.Queries;

/// <summary><c>sql: read</c>, attacked: what a server could do more with a text than the check saw in it.</summary>
public sealed class SqlTests
{
    private static readonly SqlTerms s_orders = new(["orders", "shop.*"], 100, []);

    private static readonly SqlTerms s_any = new([], null, []);

    [Theory]
    [InlineData("SELECT * FROM orders LIMIT 10")]
    [InlineData("select id, total from Orders where customer = 'O''Brien' and total > 10.5 order by id desc limit 100")]
    [InlineData("SELECT o.id, i.name FROM orders o LEFT JOIN shop.items AS i ON o.item = i.id LIMIT 5;")]
    [InlineData("WITH big AS (SELECT * FROM orders WHERE total > 100) SELECT count(*) FROM big LIMIT 1")]
    [InlineData("SELECT \"id\", `name` FROM shop.items WHERE id IN (SELECT item FROM orders) LIMIT 3")]
    [InlineData("(SELECT id FROM orders) UNION ALL (SELECT id FROM shop.items) LIMIT 7 OFFSET 7")]
    [InlineData(
        "SELECT CASE WHEN total > 5 THEN 'big' ELSE 'small' END, CAST(total AS numeric(10, 2)), total::text FROM orders LIMIT 1"
    )]
    [InlineData(
        "SELECT sum(total) FILTER (WHERE paid), rank() OVER (PARTITION BY customer ORDER BY total DESC) FROM orders LIMIT 1"
    )]
    [InlineData(
        "SELECT extract(year FROM placed), date '2026-01-01' FROM orders WHERE placed BETWEEN ? AND $2 OR note LIKE :like ESCAPE '!' LIMIT 1"
    )]
    [InlineData(
        "SELECT 1 FROM orders WHERE NOT EXISTS (SELECT 1 FROM shop.items WHERE a IS NOT DISTINCT FROM b) GROUP BY 1 HAVING count(*) > 1 LIMIT 1"
    )]
    public void What_people_ask_of_a_database_is_understood(string query) => s_orders.Judge(query).ShouldBe(Truth.True);

    [Theory]
    // Other statements, alone or behind a harmless one.
    [InlineData("DELETE FROM orders")]
    [InlineData("SELECT 1; DELETE FROM orders")]
    [InlineData("SELECT 1 FROM orders LIMIT 1; SELECT pg_sleep(9)")]
    [InlineData("WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone LIMIT 1")]
    [InlineData("INSERT INTO orders SELECT * FROM shop.items")]
    [InlineData("EXPLAIN ANALYZE DELETE FROM orders")]
    [InlineData("COPY orders TO PROGRAM 'id'")]
    [InlineData("TABLE orders")]
    [InlineData("VALUES (1)")]
    // Reads that write or lock.
    [InlineData("SELECT * INTO copy FROM orders LIMIT 1")]
    [InlineData("SELECT * FROM orders LIMIT 1 FOR UPDATE")]
    [InlineData("SELECT * FROM orders INTO OUTFILE '/tmp/x'")]
    [InlineData("SELECT * FROM orders LIMIT 1 INTO @x")]
    [InlineData("SELECT @x := 1 FROM orders LIMIT 1")]
    [InlineData("SELECT * FROM orders LIMIT 1 PROCEDURE ANALYSE()")]
    // What servers read differently.
    [InlineData("SELECT 'a\\' FROM orders LIMIT 1 -- ' FROM secrets")]
    [InlineData("SELECT * FROM orders -- LIMIT 1")]
    [InlineData("SELECT * FROM orders # LIMIT 1")]
    [InlineData("SELECT * FROM orders /*! UNION SELECT * FROM secrets */ LIMIT 1")]
    [InlineData("SELECT $$a$$ FROM orders LIMIT 1")]
    [InlineData("SELECT E'\\'' FROM orders LIMIT 1")]
    [InlineData("SELECT E'a' FROM orders LIMIT 1")]
    [InlineData("SELECT U&\"sec\" FROM orders LIMIT 1")]
    [InlineData("SELECT 'a' 'b' FROM orders LIMIT 1")]
    [InlineData("SELECT \"a\"\"b\" FROM orders LIMIT 1")]
    [InlineData("SELECT [id] FROM orders LIMIT 1")]
    [InlineData("SELECT * FROM orders LIMIT 1, 100000")]
    [InlineData("SELECT a FROM orders LIMIT 1\0; DROP TABLE orders")]
    [InlineData("SELECT * FROM оrders LIMIT 1")]
    // Functions that stand for tables, or are somebody's own.
    [InlineData("SELECT * FROM pg_ls_dir('/') LIMIT 1")]
    [InlineData("SELECT * FROM dblink('host=x', 'select 1') AS t(a) LIMIT 1")]
    [InlineData("SELECT pg_catalog.pg_read_file('/etc/passwd') FROM orders LIMIT 1")]
    [InlineData("SELECT \"pg_read_file\"('/etc/passwd') FROM orders LIMIT 1")]
    [InlineData("SELECT * FROM orders, LATERAL (SELECT 1) x LIMIT 1")]
    [InlineData("SELECT * FROM orders TABLESAMPLE SYSTEM (1) LIMIT 1")]
    [InlineData("SELECT * FROM ROWS FROM (generate_series(1, 9)) LIMIT 1")]
    [InlineData("SELECT * FROM \"shop.items\" LIMIT 1")]
    [InlineData("SELECT")]
    [InlineData("")]
    public void What_isnt_plainly_a_read_is_not_understood(string query) =>
        s_orders.Judge(query).ShouldBe(Truth.Unknown);

    [Theory]
    [InlineData("SELECT * FROM secrets LIMIT 1")]
    [InlineData("SELECT * FROM orders, secrets LIMIT 1")]
    [InlineData("SELECT * FROM orders JOIN secrets ON 1 = 1 LIMIT 1")]
    [InlineData("SELECT (SELECT password FROM secrets) FROM orders LIMIT 1")]
    [InlineData("SELECT * FROM orders WHERE id IN (SELECT id FROM secrets) LIMIT 1")]
    [InlineData("SELECT * FROM orders UNION SELECT * FROM secrets LIMIT 1")]
    [InlineData("SELECT * FROM orders ORDER BY (SELECT 1 FROM secrets) LIMIT 1")]
    [InlineData("WITH a AS (SELECT * FROM secrets) SELECT * FROM a LIMIT 1")]
    // A WITH whose name is a table's reads the table within itself, and hides it only under its very spelling.
    [InlineData("WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets LIMIT 1")]
    [InlineData("WITH secrets AS (SELECT 1) SELECT * FROM SECRETS LIMIT 1")]
    [InlineData("WITH \"Secrets\" AS (SELECT 1) SELECT * FROM Secrets LIMIT 1")]
    [InlineData("SELECT * FROM (WITH secrets AS (SELECT 1) SELECT * FROM secrets) x, secrets LIMIT 1")]
    // The name counts with its schema, and in quotes with its case.
    [InlineData("SELECT * FROM other.orders LIMIT 1")]
    [InlineData("SELECT * FROM \"ORDERS\" LIMIT 1")]
    [InlineData("SELECT * FROM shop.a.b LIMIT 1")]
    // Functions that reach out, and rows.
    [InlineData("SELECT pg_sleep(100) FROM orders LIMIT 1")]
    [InlineData("SELECT load_extension('x') FROM orders LIMIT 1")]
    [InlineData("SELECT LOAD_FILE('/etc/passwd') FROM orders LIMIT 1")]
    [InlineData("SELECT nextval('s') FROM orders LIMIT 1")]
    [InlineData("SELECT string_agg(email, ',') FROM orders LIMIT 1")]
    [InlineData("SELECT * FROM orders")]
    [InlineData("SELECT * FROM orders LIMIT 101")]
    [InlineData("SELECT * FROM (SELECT * FROM orders LIMIT 1) x, shop.items")]
    [InlineData("SELECT * FROM orders UNION (SELECT * FROM orders LIMIT 1)")]
    // A text that grows by a row with each turn is one row.
    [InlineData(
        "WITH RECURSIVE a AS (SELECT 0 AS n, '' AS t UNION ALL SELECT a.n + 1, a.t || o.email FROM a JOIN orders o ON o.id = a.n + 1) SELECT t FROM a ORDER BY n DESC LIMIT 1"
    )]
    public void A_read_of_more_than_it_may_is_refused(string query) => s_orders.Judge(query).ShouldBe(Truth.False);

    [Theory]
    [InlineData("SELECT * FROM pg_shadow")]
    [InlineData("SELECT * FROM PG_CATALOG.pg_authid")]
    [InlineData("SELECT * FROM information_schema.tables")]
    [InlineData("SELECT * FROM sqlite_master")]
    [InlineData("SELECT * FROM mysql.user")]
    [InlineData("SELECT sql FROM main.sqlite_master")]
    [InlineData("SELECT * FROM postgres.pg_catalog.pg_shadow")]
    public void What_a_server_says_of_itself_is_read_only_where_it_is_named(string query)
    {
        s_any.Judge(query).ShouldBe(Truth.False);
        s_any.Judge("SELECT * FROM anything").ShouldBe(Truth.True);
        new SqlTerms(
            [
                "pg_shadow",
                "pg_catalog.*",
                "information_schema.tables",
                "sqlite_master",
                "mysql.user",
                "main.*",
                "postgres.pg_catalog.pg_shadow",
            ],
            null,
            []
        )
            .Judge(query)
            .ShouldBe(Truth.True);
    }

    // What is folded by the quotes of another part is looked for as another table.
    [Theory]
    [InlineData("SELECT id FROM \"sales\".Orders", "sales.orders")]
    [InlineData("SELECT id FROM SALES.\"Orders\"", "sales.Orders")]
    [InlineData("SELECT id FROM Sales.Orders", "sales.orders")]
    [InlineData("SELECT id FROM \"Sales\".\"Orders\"", "Sales.Orders")]
    public void Each_part_of_a_name_is_read_by_its_own_quotes(string query, string table)
    {
        foreach (
            var named in (string[])["sales.orders", "sales.Orders", "Sales.orders", "Sales.Orders", "SALES.Orders"]
        )
        {
            new SqlTerms([named], null, [])
                .Judge(query)
                .ShouldBe(named == table ? Truth.True : Truth.False, customMessage: named);
        }
    }

    [Theory]
    [InlineData("select cast('secrets' as regclass)")]
    [InlineData("select 'secrets'::regclass")]
    [InlineData("select 'secrets'::REGCLASS::text")]
    [InlineData("select 'postgres'::regrole")]
    [InlineData("select 'pg_read_file'::regproc")]
    [InlineData("select 'lower(text)'::regprocedure")]
    [InlineData("select 'public'::regnamespace")]
    [InlineData("select 'int'::regtype")]
    [InlineData("select cast('super=r/super' as aclitem)")]
    [InlineData("select 'english'::regconfig")]
    [InlineData("select '<a/>'::xml")]
    [InlineData("select 'x'::orders")]
    public void A_cast_that_looks_into_the_catalog_is_not_understood(string query) =>
        s_any.Judge(query).ShouldBe(Truth.Unknown);

    [Fact]
    public void A_function_that_is_named_may_be_called()
    {
        const string Query = "SELECT Similarity(name, 'x') FROM items";
        s_any.Judge(Query).ShouldBe(Truth.False);
        (s_any with { Functions = ["similarity"] }).Judge(Query).ShouldBe(Truth.True);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("NOT ")]
    [InlineData("-")]
    [InlineData("SELECT (")]
    [InlineData("CASE WHEN ")]
    public void However_deep_or_long_a_query_is_it_ends(string piece)
    {
        s_any.Judge("SELECT " + string.Concat(Enumerable.Repeat(piece, 2_000))).ShouldBe(Truth.Unknown);
        s_any.Judge("SELECT 1" + new string(' ', 20_000)).ShouldBe(Truth.Unknown);
    }
}
