using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Core.Manifests;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Gcp;

public sealed class GcpTokensTests
{
    private const string Scope = "https://www.googleapis.com/auth/devstorage.read_only";

    [Theory]
    [InlineData(false, "POST /token")]
    [InlineData(true, "POST /v1/token")]
    public async Task A_token_of_the_account_has_the_scope_and_the_time_that_the_manifest_says(
        bool federated,
        string asked
    )
    {
        await using var there = await OwnGcp.StartAsync();
        await using var house = Open(there, federated);

        var token = await house.UseAsync("token");

        there.Made.Single().ShouldBe((token, Scope));
        there.Server.Asked.First().ShouldBe(asked);
        ((string?)there.Server.All.Last().Json!["lifetime"]).ShouldBe("900s");
        var told = string.Join('\n', house.Log);
        told.ShouldContain($"a token of {OwnGcp.Account} for {Scope}");
        told.ShouldNotContain("ya29.");
        told.ShouldNotContain("PRIVATE KEY");
        house.Book.ShouldBeEmpty();
        house.Clock.Advance(TimeSpan.FromMinutes(8));
        (await house.UseAsync("token")).ShouldNotBe(token);
    }

    [Theory]
    [InlineData("secret", "kept-password-of-google", "version 5")]
    [InlineData("third", """{"password":"kept-password-of-google"}""", "version 3")]
    public async Task A_value_of_secret_manager_is_read_and_its_checksum_compared(
        string name,
        string value,
        string version
    )
    {
        await using var there = await OwnGcp.StartAsync();
        await using var house = Open(there, federated: true);

        (await house.UseAsync(name)).ShouldBe(value);

        house.Log.ShouldContain(one => one.Contains($"issued: {version}", StringComparison.Ordinal));
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        there.Off = 1;
        (await house.RefusedAsync(name)).ShouldContain("isn't what its checksum says");
    }

    [Fact]
    public void The_checksum_is_castagnolis()
    {
        OwnGcp.Checksum(Encoding.ASCII.GetBytes("123456789")).ShouldBe(0xE3069283u);
        OwnGcp.Checksum(new byte[32]).ShouldBe(0x8A9136AAu);
    }

    [Fact]
    public async Task A_token_that_counts_longer_than_was_asked_for_is_a_finding_and_not_lent()
    {
        await using var there = await OwnGcp.StartAsync();
        await using var house = Open(there);
        there.Longer = TimeSpan.FromMinutes(45);

        (await house.RefusedAsync("token")).ShouldContain("longer than the 15 minutes asked for");

        house.Log.ShouldContain(one => one.StartsWith("Finding provider:cloud/token#", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_identity_for_another_audience_or_an_unknown_issuer_is_taken_by_nobody_and_repeated_nowhere()
    {
        await using var there = await OwnGcp.StartAsync();
        await using var house = Open(there, federated: true);
        there.Audience = "another";

        var says = await house.RefusedAsync("token");

        says.ShouldContain("invalid_grant");
        (says + string.Join('\n', house.Log)).ShouldNotContain(there.Server.All.Single().Form["subject_token"][..40]);
        there.Issuer = null;
        house.Clock.Advance(TimeSpan.FromSeconds(5));
        (await house.RefusedAsync("token")).ShouldContain("invalid_grant");
        there.Made.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("no-json")]
    [InlineData("""{"type":"authorized_user"}""")]
    [InlineData("""{"type":"service_account","client_email":"a","private_key_id":"b","private_key":"c"}""")]
    public async Task What_is_no_key_is_shown_to_nobody(string own)
    {
        await using var there = await OwnGcp.StartAsync();
        await using var house = Open(there, own: own);

        (await house.RefusedAsync("token")).ShouldContain("is no service account's key");

        there.Server.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_told_and_no_assertion_of_another_time_counts()
    {
        await using var there = await OwnGcp.StartAsync();
        await using var house = Open(there);
        there.Clock = TimeProvider.System;

        (await house.RefusedAsync("token")).ShouldContain("or this machine's clock is wrong");
    }

    [Fact]
    public async Task What_it_has_no_time_for_is_asked_again_and_what_is_lost_or_too_long_is_no_token()
    {
        await using var there = await OwnGcp.StartAsync();
        await using var house = Open(there);
        var busy = OwnGcp.No(429, "RESOURCE_EXHAUSTED", "Quota exceeded");
        there.Server.Instead.Enqueue(busy with { Fields = new() { ["Retry-After"] = "1" } });
        await house.UseInTimeAsync("token", TimeSpan.FromSeconds(1));
        house.Open();
        there.Server.Lost = 1;
        (await house.RefusedAsync("token")).ShouldContain("was lost");
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        there.Server.Instead.Enqueue(new OwnAnswer(200, new string(' ', ProviderHttp.MaxReplyBytes + 1)));
        (await house.RefusedAsync("token")).ShouldContain("was lost");
        house.Clock.Advance(TimeSpan.FromSeconds(1));
        there.Server.Instead.Enqueue(new OwnAnswer(302, "") { Fields = { ["Location"] = "http://127.0.0.1:1/" } });
        (await house.RefusedAsync("token")).ShouldContain("sends elsewhere");
        house.Clock.Advance(TimeSpan.FromSeconds(5));
        there.Server.Instead.Enqueue(OwnAnswer.Of(new JsonObject { ["access_token"] = "a", ["token_type"] = "mac" }));
        (await house.RefusedAsync("token")).ShouldContain("gave no token that can be read");
        house.Clock.Advance(TimeSpan.FromSeconds(5));

        await house.UseAsync("token");
    }

    private static CloudHouse Open(OwnGcp there, bool federated = false, string? own = null)
    {
        var at = there.Url.AbsoluteUri;
        List<(string, string)> settings = [("auth.service_account", OwnGcp.Account), ("secrets", at), ("tokens", at)];
        if (federated)
        {
            settings.Add(("auth.pool", OwnGcp.Pool));
        }

        var house = new CloudHouse(
            CloudHouse.Provider(ProviderKind.Gcp, there.Url, [.. settings]),
            own ?? there.KeyFile,
            federated ? there.Audience : null,
            CloudHouse.Of("token", "token#access_token", ("scope", Scope)) with
            {
                Ttl = TimeSpan.FromMinutes(15),
            },
            CloudHouse.Of("secret", "secretmanager/shop/database#password"),
            CloudHouse.Of("third", "secretmanager/shop/database/3#payload")
        );
        there.Clock = house.Clock;
        there.Issuer = () => house.PublicKeys;
        return house;
    }
}
