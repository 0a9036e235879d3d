using Bartizan.Core.Conditions;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Tests.Queries;

/// <summary>What is sent to PostgreSQL is what was understood, and nothing else is sent.</summary>
public sealed class SqlStatementTests
{
    [Theory]
    [InlineData("select id from orders", "select id from public.orders")]
    [InlineData("SELECT\tid\n FROM  public.orders", "SELECT id FROM public.orders")]
    [InlineData("select lower(name) from \"Orders\" o", "select pg_catalog.lower (name) from public.\"Orders\" o")]
    [InlineData("with a as (select 1) select * from a, b", "with a as (select 1) select * from a, public.b")]
    [InlineData("select coalesce(a, count(*)) from b", "select coalesce (a, pg_catalog.count (*)) from public.b")]
    [InlineData(
        "insert into t (a) values ('x''y', $1) returning a",
        "insert into public.t (a) values ('x''y', $1) returning a"
    )]
    [InlineData("insert into t default values", null)]
    [InlineData("update t set a = default where b = any($1)", "update public.t set a = default where b = any ($1)")]
    [InlineData(
        "delete from t where a in (select b from u)",
        "delete from public.t where a in (select b from public.u)"
    )]
    [InlineData("copy t (a, b) to stdout", "COPY (SELECT a, b FROM public.t) TO STDOUT")]
    [InlineData(
        "copy (select a from t) to stdout with (format csv, header)",
        "COPY (select a from public.t) TO STDOUT WITH (FORMAT csv, HEADER true)"
    )]
    [InlineData("select a from t limit $1 offset $2", "select a from public.t limit $1 offset $2")]
    [InlineData("begin isolation level repeatable read", "begin isolation level repeatable read")]
    [InlineData("rollback to savepoint a", "rollback to savepoint a")]
    [InlineData("set client_encoding to 'UTF8'", "set client_encoding to 'UTF8'")]
    [InlineData("SET datestyle TO 'ISO'", "SET datestyle TO 'ISO'")]
    [InlineData("set DateStyle to ISO, MDY", "set DateStyle to ISO, MDY")]
    [InlineData("set timezone to default", "set timezone to default")]
    [InlineData("set TimeZone = 'UTC'", "set TimeZone = 'UTC'")]
    [InlineData("set extra_float_digits = 3", "set extra_float_digits = 3")]
    [InlineData("set application_name = 'any thing'", "set application_name = 'any thing'")]
    public void A_statement_is_written_anew_with_a_schema_for_every_name(string text, string? sent) =>
        SqlStatement.ReadAll(text)?.Single().Sent.ShouldBe(sent);

    [Theory]
    [InlineData("select 1 -- comment")]
    [InlineData("select status from orders o (a, status, c)")]
    [InlineData("select id from orders as o (x, id)")]
    [InlineData("select id from (orders join items on true) as j (x, id)")]
    [InlineData("select /* c */ 1")]
    [InlineData("select 1; select /* */ 2")]
    [InlineData("select E'\\x41'")]
    [InlineData("select U&'d\\0061t'")]
    [InlineData("select U&\"d\\0061t\" from t")]
    [InlineData("select $$x$$")]
    [InlineData("select $tag$x$tag$")]
    [InlineData("select 'a\\'' or 1=1")]
    [InlineData("select 'a' 'b'")]
    [InlineData("select N'a'")]
    [InlineData("select B'01'")]
    [InlineData("select `a` from t")]
    [InlineData("select ? from t")]
    [InlineData("select :name from t")]
    [InlineData("select pg_catalog.pg_read_file('/etc/passwd')")]
    [InlineData("select \"pg_read_file\"('/etc/passwd')")]
    [InlineData("select * from pg_ls_dir('.')")]
    [InlineData("select * from dblink('host=x', 'select 1') as t(a int)")]
    [InlineData("select a into b from c")]
    [InlineData("select * from a for update")]
    [InlineData("with x as (delete from t returning a) select * from x")]
    [InlineData("table secrets")]
    [InlineData("values (1)")]
    [InlineData("set role postgres")]
    [InlineData("set local role postgres")]
    [InlineData("set session authorization postgres")]
    [InlineData("set session_replication_role = replica")]
    [InlineData("set search_path = hidden")]
    [InlineData("set standard_conforming_strings = off")]
    [InlineData("set client_encoding = 'SJIS'")]
    [InlineData("set names 'SJIS'")]
    [InlineData("set DateStyle = 'ISO, DMY'")]
    [InlineData("set datestyle to iso, ymd")]
    [InlineData("set datestyle = dmy")]
    [InlineData("set timezone = 'America/New_York'")]
    [InlineData("set local timezone to 'UTC-12'")]
    [InlineData("set session TimeZone = -12")]
    [InlineData("set intervalstyle = sql_standard")]
    [InlineData("set extra_float_digits = -15")]
    [InlineData("set extra_float_digits = 0")]
    [InlineData("set statement_timeout = 0")]
    [InlineData("set row_security = off")]
    [InlineData("reset role")]
    [InlineData("show data_directory")]
    [InlineData("do 'begin end'")]
    [InlineData("call p()")]
    [InlineData("prepare a as select 1")]
    [InlineData("execute a")]
    [InlineData("declare c cursor for select 1")]
    [InlineData("explain analyze delete from t")]
    [InlineData("listen a")]
    [InlineData("notify a")]
    [InlineData("lock table t")]
    [InlineData("truncate t")]
    [InlineData("create temp table orders (id int)")]
    [InlineData("create view v as select 1")]
    [InlineData("create function f() returns int language sql as 'select 1'")]
    [InlineData("alter role me superuser")]
    [InlineData("grant all on secrets to public")]
    [InlineData("copy t from stdin")]
    [InlineData("copy t from program 'id'")]
    [InlineData("copy t to program 'id'")]
    [InlineData("copy t to '/tmp/x'")]
    [InlineData("copy (select 1) to program 'id' -- to stdout")]
    [InlineData("copy (delete from t returning a) to stdout")]
    [InlineData("copy t to stdout with (format binary)")]
    [InlineData("copy t to stdout with (force_quote *)")]
    [InlineData("insert into t (a) values (1) on conflict (a) do update set a = 2")]
    [InlineData("update t set (a, b) = (1, 2)")]
    [InlineData("update t set a = 1 from u")]
    [InlineData("delete from t using u")]
    [InlineData("merge into t using u on true when matched then delete")]
    [InlineData(
        "select lo_import('/etc/passwd') from \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""
    )]
    [InlineData("begin; commit and chain")]
    [InlineData("select 1; drop table t")]
    [InlineData("sel\u00adect 1")]
    [InlineData("select a\u00a0from t")]
    public void What_is_not_understood_is_no_statement(string text) => SqlStatement.ReadAll(text).ShouldBeNull();

    [Theory]
    [InlineData("select id from orders id", false)]
    [InlineData("select count(total) from orders as total", false)]
    [InlineData("select o.id from orders o", true)]
    [InlineData("select id from orders where total > 3", true)]
    [InlineData("select o.id from orders o join orders p on o.id = p.id", true)]
    [InlineData("select count(*) from orders", true)]
    [InlineData("select note from orders", false)]
    [InlineData("select o.note from orders o", false)]
    [InlineData("select id from orders where note like 'a%'", false)]
    [InlineData("select id from orders order by note", false)]
    [InlineData("select * from orders", false)]
    [InlineData("select o.* from orders o", false)]
    [InlineData("select o from orders o", false)]
    [InlineData("select id from orders join orders p using (note)", false)]
    [InlineData("select id, (select note from orders limit 1) from orders", false)]
    [InlineData("select \"ID\" from orders", false)]
    [InlineData("select ID from ORDERS", true)]
    [InlineData("select id from \"ORDERS\"", false)]
    [InlineData("select id from secrets", false)]
    [InlineData("select id from hidden.orders", false)]
    [InlineData("select id from pg_temp.orders", false)]
    [InlineData("select id from pg_class", false)]
    [InlineData("select id from orders union select id from secrets", false)]
    [InlineData("select id from orders where exists (select 1 from secrets)", false)]
    [InlineData("select id, pg_sleep(9) from orders", false)]
    [InlineData("delete from orders", false)]
    public void Columns_that_are_read_must_be_named(string text, bool fits) =>
        new SqlTerms(["orders"], null, []) { Columns = ["id", "total"] }
            .Judge(text)
            .ShouldBe(
                fits ? Truth.True
                : text.StartsWith("delete", StringComparison.Ordinal) ? Truth.Unknown
                : Truth.False
            );

    [Theory]
    [InlineData("update orders set status = 'x' where id = 1", true)]
    [InlineData("insert into orders (status) values ('x')", true)]
    [InlineData("insert into orders (status) values ('x') returning id", true)]
    [InlineData("delete from orders where id = 1", true)]
    [InlineData("update orders set total = 1 where id = 1", false)]
    [InlineData("insert into orders values (1)", false)]
    [InlineData("insert into orders (status, total) values ('x', 1)", false)]
    [InlineData("update orders set status = note where id = 1", false)]
    [InlineData("update orders set status = 'x' returning *", false)]
    [InlineData("update orders id set status = 'x' where id = 1 returning id", false)]
    [InlineData("update orders as id set status = 'x' returning id", false)]
    [InlineData("update orders \"id\" set status = 'x' returning id", false)]
    [InlineData("update orders ID set status = 'x' returning id", false)]
    [InlineData("delete from orders id returning id", false)]
    [InlineData("delete from orders o where o.id = 1 returning id", true)]
    [InlineData("update orders o set status = 'x' where o.id = 1 returning id", true)]
    [InlineData("update orders set status = (select word from secrets)", false)]
    [InlineData("insert into orders (status) select word from secrets", false)]
    [InlineData("delete from orders where note = 'x'", false)]
    [InlineData("select id from orders", false)]
    public void Columns_that_are_written_must_be_named(string text, bool fits) =>
        new SqlTerms(["orders"], null, [])
        {
            Writes = true,
            Columns = ["id"],
            Sets = ["status"],
        }
            .Judge(text)
            .ShouldBe(fits ? Truth.True : Truth.False);
}
