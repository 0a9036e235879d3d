using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Gateway.Tests.Egress.Intercepted;

namespace Bartizan.Vault.Tests.Providers.Hashi;

public sealed class HashiVaultTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_kept_value_is_lent_under_a_login_of_the_sessions_own()
    {
        await using var house = await ProviderHouse.OpenAsync();

        (await house.UseAsync("key")).ShouldBe("second-value-of-the-model");

        using var lease = await house.Lender.LendAsync(house.Session, "key", null, default);
        lease.Handle.ShouldBe("provider:corp/secret/data/app/model#key@1");
        house.There.Asked.ShouldBe(["POST auth/approle/login", "GET secret/data/app/model"]);
        house.Log[0].ShouldBe("corp/own lent: for the session vault:corp/own@1");
        house.Log[1].ShouldStartWith("provider:corp signed in: its leases hang on the accessor ");
        house.Log[2].ShouldStartWith("provider:corp/secret/data/app/model lent: ");
        house.Log[3].ShouldBe("provider:corp/secret/data/app/model issued: version 2 ");
        var told = JsonSerializer.Serialize(house.All) + string.Join('\n', house.Log);
        told.ShouldNotContain(OwnVault.SecretId);
        told.ShouldNotContain("second-value");
        told.ShouldNotContain("hvs.");
    }

    [Fact]
    public async Task A_value_that_is_kept_there_is_asked_for_again_after_a_while()
    {
        await using var house = await ProviderHouse.OpenAsync();
        await house.UseAsync("key");
        house.There.Kept["app/model"].Add("third-value-of-the-model");

        (await house.UseAsync("key")).ShouldBe("second-value-of-the-model");
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        (await house.UseAsync("key")).ShouldBe("third-value-of-the-model");
    }

    [Fact]
    public async Task Two_fields_of_one_lease_are_one_account_and_another_session_has_another()
    {
        await using var house = await ProviderHouse.OpenAsync();

        var user = await house.UseAsync("user");
        var password = await house.UseAsync("password");

        house.There.Accounts.ShouldBe([user]);
        password.ShouldStartWith("A1a-");
        house.Open();
        (await house.UseAsync("user")).ShouldNotBe(user);
        house.There.Accounts.Count.ShouldBe(2);
        house.There.Tokens.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_end_of_a_session_ends_what_was_issued_to_it()
    {
        await using var house = await ProviderHouse.OpenAsync();
        using var lease = await house.Lender.LendAsync(house.Session, "password", null, default);

        house.Lender.Close(house.Session);

        Should.Throw<ObjectDisposedException>(() => lease.Apply(_ => { }));
        (await house.RefusedAsync("password")).ShouldContain("the session has ended");
        await house.GoneAsync();
        house.There.Tokens.ShouldBeEmpty();
        await ProviderHouse.UntilAsync(
            () => house.Log[^1].Contains("login revoked", StringComparison.Ordinal),
            "it is recorded"
        );
    }

    [Fact]
    public async Task Leases_and_logins_are_renewed_before_they_end_and_made_anew_where_they_have_a_longest_life()
    {
        await using var house = await ProviderHouse.OpenAsync();
        var user = await house.UseAsync("user");
        for (var minute = 5; minute <= 50; minute += 5)
        {
            house.Clock.Advance(TimeSpan.FromMinutes(5));
            await house.Clock.WhenWaitedForAsync(house.There.LeaseTtl / 2);
            await (minute % 10 == 0 ? house.Clock.WhenWaitedForAsync(house.There.TokenTtl / 2) : Task.CompletedTask);
            (await house.UseAsync("user")).ShouldBe(user);
        }

        await ProviderHouse.UntilAsync(
            () =>
            {
                house.Clock.Advance(TimeSpan.FromSeconds(1));
                return !house.There.Accounts.Contains(user);
            },
            "its longest life was over"
        );
        house.There.Tokens.Count.ShouldBe(1);
        (await house.UseAsync("user")).ShouldNotBe(user);
        house.There.Accounts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_a_manifest_lends_for_less_is_revoked_then()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.Sources[2] = house.Sources[2] with { Ttl = s_minute };
        house.Open();
        var user = await house.UseAsync("user");

        house.Clock.Advance(s_minute);

        (await house.UseAsync("user")).ShouldNotBe(user);
        await ProviderHouse.UntilAsync(() => house.There.Accounts.Count == 1, "the first is gone");
        house.There.Accounts.ShouldNotContain(user);
    }

    [Theory]
    [InlineData(ProviderAuth.Jwt, "jwt")]
    [InlineData(ProviderAuth.Kubernetes, "kubernetes")]
    public async Task A_token_of_an_issuer_signs_in_too(ProviderAuth auth, string mount)
    {
        await using var house = await ProviderHouse.OpenAsync(p =>
            p with
            {
                Auth = auth,
                Mount = mount,
                Role = "daemon",
            }
        );

        (await house.UseAsync("key")).ShouldBe("second-value-of-the-model");

        house.There.Asked.ShouldContain($"POST auth/{mount}/login");
    }

    [Fact]
    public async Task Certificates_and_cloud_keys_are_issued_with_what_they_need_to_be_told()
    {
        await using var house = await ProviderHouse.OpenAsync();
        var name = ImmutableSortedDictionary<string, string>.Empty.Add("common_name", "agent.example.com");
        house.Sources.Add(
            new("cert", CredentialOrigin.Provider, "corp/pki/issue/web#private_key") { Parameters = name }
        );
        house.Sources.Add(new("aws", CredentialOrigin.Provider, "corp/aws/creds/deploy#secret_key"));
        house.Sources.Add(new("bare", CredentialOrigin.Provider, "corp/pki/issue/web#certificate"));
        house.Open();

        (await house.UseAsync("cert")).ShouldStartWith("-----BEGIN EC PRIVATE KEY-----\n");
        (await house.UseAsync("aws")).ShouldStartWith("A1a-");
        house.There.Accounts.ShouldContain("certificate of agent.example.com");
        (await house.RefusedAsync("bare")).ShouldContain("refused it (404)");
    }

    [Fact]
    public async Task The_namespace_is_said_and_a_private_authority_is_trusted_for_this_server_alone()
    {
        using var outside = new TestAuthority("Outside");
        var there = await OwnVault.StartAsync(outside.Sign("127.0.0.1"));
        there.Namespace = "team-a";
        await using var house = await ProviderHouse.OpenAsync(
            p => p with { Namespace = "team-a", CertificateAuthority = outside.File },
            there
        );
        (await house.UseAsync("key")).ShouldBe("second-value-of-the-model");

        await using var without = await ProviderHouse.OpenAsync(
            p => p with { Namespace = "team-a" },
            await OwnVault.StartAsync(outside.Sign("127.0.0.1"))
        );
        (await without.RefusedAsync("key")).ShouldContain("its certificate isn't trusted");
        without.There.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_field_that_is_not_there_is_named_and_what_was_issued_for_it_is_revoked()
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.Sources.Add(new("wrong", CredentialOrigin.Provider, "corp/aws/creds/deploy#token"));
        house.Open();

        (await house.RefusedAsync("wrong")).ShouldContain("has no field `token` at `aws/creds/deploy`");

        house.There.Accounts.ShouldBeEmpty();
    }
}
