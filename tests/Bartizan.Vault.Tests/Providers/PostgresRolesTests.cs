using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;
using Bartizan.Core.Sessions;
using Bartizan.Vault.Providers;
using Npgsql;

namespace Bartizan.Vault.Tests.Providers;

/// <summary>The second layer alone: what a role may do on the server, whatever the gateway before it would have said.</summary>
public sealed class PostgresRolesTests(OwnPostgres server) : IClassFixture<OwnPostgres>
{
    private static readonly TimeSpan s_ttl = TimeSpan.FromMinutes(5);

    private static readonly ImmutableArray<DatabaseGrant> s_grants =
    [
        new(SqlVerb.Select, "public", "orders", ["id", "status", "no_such_column"]),
        new(SqlVerb.Insert, "public", "orders", ["status"]),
        new(SqlVerb.Update, "public", "orders", ["status"]),
    ];

    [Theory]
    [InlineData("SELECT id, status FROM public.orders LIMIT 1", true)]
    [InlineData("INSERT INTO public.orders (status) VALUES ('new')", true)]
    [InlineData("UPDATE public.orders SET status = 'x' WHERE id = 1", true)]
    [InlineData("SELECT total FROM public.orders", false)]
    [InlineData("SELECT * FROM public.orders", false)]
    [InlineData("SELECT o FROM public.orders o", false)]
    [InlineData("INSERT INTO public.orders (total) VALUES (1)", false)]
    [InlineData("UPDATE public.orders SET total = 1", false)]
    [InlineData("UPDATE public.orders SET status = note", false)]
    [InlineData("DELETE FROM public.orders", false)]
    [InlineData("TRUNCATE public.orders", false)]
    [InlineData("SELECT * FROM public.customers", false)]
    [InlineData("SELECT * FROM hidden.orders", false)]
    [InlineData("SELECT pg_read_file('/etc/passwd')", false)]
    [InlineData("SELECT lo_import('/etc/passwd')", false)]
    [InlineData("COPY public.orders (id) TO PROGRAM 'id'", false)]
    [InlineData("COPY public.orders (status) FROM '/etc/passwd'", false)]
    [InlineData("CREATE TABLE public.mine (id int)", false)]
    [InlineData("CREATE SCHEMA mine", false)]
    [InlineData("CREATE ROLE other SUPERUSER", false)]
    [InlineData("ALTER TABLE public.orders ADD COLUMN x int", false)]
    [InlineData("GRANT SELECT ON public.orders TO PUBLIC", false)]
    [InlineData("SELECT setval('public.orders_id_seq', 1)", false)]
    [InlineData("SELECT rolpassword FROM pg_authid", false)]
    public async Task A_role_may_do_what_it_was_granted_and_nothing_else(string statement, bool may)
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var roles = Open();
        var role = RoleName.New(SessionId.New());
        using var keys = new RoleKeys();
        await roles.CreateAsync(role, keys, s_grants, s_ttl, CancellationToken.None);
        try
        {
            await using var super = await server.SuperAsync("shop");
            await OwnPostgres.RunAsync(super, $"SET SESSION AUTHORIZATION \"{role}\"");

            var said = await Record.ExceptionAsync(() => OwnPostgres.RunAsync(super, statement));

            // A denial of what is granted to roles: 42501. Nothing else may be the reason that it fails.
            (said as PostgresException)?.SqlState.ShouldBe("42501", said?.Message);
            (said is null).ShouldBe(may);
        }
        finally
        {
            await roles.DropAsync(role, CancellationToken.None);
        }

        (await server.RolesAsync()).ShouldNotContain(role);
    }

    [Fact]
    public async Task Nothing_of_a_role_is_left_behind_and_dropping_it_twice_is_no_error()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var roles = Open();
        var role = RoleName.New(SessionId.New());
        using var keys = new RoleKeys();
        await roles.CreateAsync(role, keys, s_grants, s_ttl, CancellationToken.None);
        await using (var super = await server.SuperAsync("shop"))
        {
            // What it can't make itself it may still have been given.
            await OwnPostgres.RunAsync(
                super,
                $"CREATE TABLE public.given (id int); ALTER TABLE public.given OWNER TO \"{role}\""
            );
        }

        await roles.DropAsync(role, CancellationToken.None);
        await roles.DropAsync(role, CancellationToken.None);

        await using var after = await server.SuperAsync("shop");
        await using var command = after.CreateCommand();
        command.CommandText = "SELECT count(*) FROM pg_attribute WHERE attacl::text LIKE '%bz\\_%'";
        (await command.ExecuteScalarAsync()).ShouldBe(0L);
        (await server.RolesAsync()).ShouldNotContain(role);
    }

    [Fact]
    public async Task A_grant_that_fails_leaves_no_role()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var roles = Open();
        var role = RoleName.New(SessionId.New());
        using var keys = new RoleKeys();

        var said = await Should.ThrowAsync<InvalidDataException>(() =>
            roles.CreateAsync(
                role,
                keys,
                [.. s_grants, new(SqlVerb.Select, "public", "absent", [])],
                s_ttl,
                CancellationToken.None
            )
        );

        said.Message.ShouldContain("there is no table `public.absent`");
        (await server.RolesAsync()).ShouldNotContain(role);
    }

    [Fact]
    public async Task Only_roles_that_were_made_here_are_dropped()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var roles = Open();

        await Should.ThrowAsync<ArgumentException>(() => roles.DropAsync("bartizan", CancellationToken.None));
        await Should.ThrowAsync<ArgumentException>(() =>
            roles.DropAsync("bz_\"; DROP ROLE super", CancellationToken.None)
        );
    }

    [Fact]
    public async Task What_signs_a_role_in_never_stands_in_the_servers_log()
    {
        Assert.SkipWhen(server.Missing is not null, server.Missing ?? "");
        await using var roles = Open();
        var role = RoleName.New(SessionId.New());
        using var keys = new RoleKeys();
        var (salted, client) = ("", "");
        keys.Apply(k =>
        {
            salted = Convert.ToBase64String(k);
            client = Convert.ToBase64String(HMACSHA256.HashData(k, "Client Key"u8));
        });

        var before = server.Log.Length;
        await roles.CreateAsync(role, keys, s_grants, s_ttl, CancellationToken.None);
        await roles.RenewAsync(role, s_ttl, CancellationToken.None);
        await roles.DropAsync(role, CancellationToken.None);

        var log = server.Log[before..];
        log.ShouldContain(role);
        log.ShouldNotContain(salted);
        log.ShouldNotContain(client);
        log.ShouldNotContain(OwnPostgres.Password);
    }

    [Fact]
    public void The_verifier_is_that_of_rfc_7677()
    {
        var salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes("pencil"),
            salt,
            4096,
            HashAlgorithmName.SHA256,
            32
        );
        using var keys = new RoleKeys(salted, salt);

        // Stored and server key of the password `pencil` with the salt and the rounds of the RFC's example, as PostgreSQL writes them.
        keys.Verifier.ShouldBe(
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        );
        salted.ShouldAllBe(b => b == 0);
    }

    private PostgresRoles Open() =>
        new(
            new ToolDatabase
            {
                Name = "shop",
                Url = new Uri(server.Url),
                Credential = "admin",
            },
            OwnPostgres.Password
        );
}
