using System.Text.Json.Nodes;
using Bartizan.Core.Manifests;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Azure;

public sealed class AzureTokensTests
{
    private const string Scope = "https://storage.azure.com/.default";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_token_of_the_application_has_the_scope_that_the_manifest_says(bool federated)
    {
        await using var there = await OwnAzure.StartAsync();
        await using var house = Open(there, federated);

        var token = await house.UseAsync("token");

        there.Made.Single().ShouldBe((token, Scope));
        var form = there.Server.All.Single().Form;
        form.ContainsKey("client_secret").ShouldBe(!federated);
        form.ContainsKey("client_assertion").ShouldBe(federated);
        var told = string.Join('\n', house.Log);
        told.ShouldContain($"a token of {OwnAzure.Client} for {Scope}");
        told.ShouldNotContain(token);
        told.ShouldNotContain(OwnAzure.ClientSecret);
        house.Book.ShouldBeEmpty();
        house.Clock.Advance(TimeSpan.FromMinutes(31));
        (await house.UseAsync("token")).ShouldNotBe(token);
    }

    [Theory]
    [InlineData("secret", "kept-password-of-azure", "version c1d2")]
    [InlineData("first", """{"password":"kept-password-of-azure"}""", "version a0b1")]
    public async Task A_value_of_a_key_vault_is_read_by_a_token_for_vaults(string name, string value, string version)
    {
        await using var there = await OwnAzure.StartAsync();
        await using var house = Open(there, federated: true);

        (await house.UseAsync(name)).ShouldBe(value);

        there.Made.Single().Scope.ShouldBe(OwnAzure.VaultScope);
        house.Log.ShouldContain(one => one.Contains($"issued: {version}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_value_whose_time_is_over_and_another_one_are_not_taken()
    {
        await using var there = await OwnAzure.StartAsync();
        await using var house = Open(there);
        there.Until = house.Clock.GetUtcNow().AddMinutes(1);
        await house.UseAsync("secret");
        house.Clock.Advance(TimeSpan.FromMinutes(5));
        (await house.RefusedAsync("secret")).ShouldContain("whose time is over");
        (there.Until, there.Given) = (null, "payroll");
        house.Clock.Advance(TimeSpan.FromSeconds(5));

        (await house.RefusedAsync("secret")).ShouldContain("gave another secret than `database`");
    }

    [Fact]
    public async Task A_token_that_counts_longer_than_is_usual_is_a_finding_and_not_lent()
    {
        await using var there = await OwnAzure.StartAsync();
        await using var house = Open(there);
        there.Life = 24 * 3600;

        (await house.RefusedAsync("token")).ShouldContain("made a token for 1440 minutes");

        house.Log.ShouldContain(one => one.StartsWith("Finding provider:cloud/token#", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_shown_and_does_not_count_is_told_by_a_number_and_repeated_nowhere()
    {
        await using var there = await OwnAzure.StartAsync();
        await using var house = Open(there, federated: true);
        there.Audience = "another";

        var says = await house.RefusedAsync("token");

        says.ShouldContain("doesn't take what is shown to it: invalid_client (AADSTS7000215)");
        says.ShouldNotContain(there.Server.All.Single().Form["client_assertion"][..40]);
        await using var other = await OwnAzure.StartAsync();
        await using var wrong = Open(other, own: "another-secret-4712");
        says = await wrong.RefusedAsync("token");
        says.ShouldContain("AADSTS7000215");
        (says + string.Join('\n', wrong.Log)).ShouldNotContain("another-secret-4712");
    }

    [Fact]
    public async Task What_it_has_no_time_for_is_asked_again_and_what_is_lost_or_too_long_is_no_token()
    {
        await using var there = await OwnAzure.StartAsync();
        await using var house = Open(there);
        var busy = OwnAzure.No(429, "temporarily_unavailable", "slow down", 90055);
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
        there.Server.Instead.Enqueue(
            OwnAnswer.Of(new JsonObject { ["access_token"] = "a", ["token_type"] = "Bearer" })
        );
        (await house.RefusedAsync("token")).ShouldContain("gave no token that can be read");
        house.Clock.Advance(TimeSpan.FromSeconds(5));

        await house.UseAsync("token");
    }

    private static CloudHouse Open(OwnAzure there, bool federated = false, string? own = null)
    {
        var house = new CloudHouse(
            CloudHouse.Provider(
                ProviderKind.Azure,
                there.Url,
                ("auth.tenant", OwnAzure.Tenant),
                (federated ? "auth.federated" : "auth.client", OwnAzure.Client),
                ("secrets", there.Url.AbsoluteUri)
            ),
            own ?? OwnAzure.ClientSecret,
            federated ? there.Audience : null,
            CloudHouse.Of("token", "token#access_token", ("scope", Scope)),
            CloudHouse.Of("secret", "keyvault/database#password"),
            CloudHouse.Of("first", "keyvault/database/a0b1#value")
        );
        there.Clock = house.Clock;
        there.Issuer = () => house.PublicKeys;
        return house;
    }
}
