using System.Text;
using Bartizan.Vault.Providers;

namespace Bartizan.Vault.Tests.Providers.Hashi;

/// <summary>How long what was issued is lent, and how long it is looked for.</summary>
public sealed class ProvidedTimeTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(2, 1)]
    [InlineData(2, 7)]
    [InlineData(3, 1)]
    public async Task What_a_manifest_lends_for_less_is_not_renewed_beyond_that_though_nobody_asks_again(
        int source,
        int minutes
    )
    {
        await using var house = await ProviderHouse.OpenAsync();
        house.Sources[source] = house.Sources[source] with { Ttl = minutes * s_minute };
        house.Open();
        await house.UseAsync("user");
        var left = minutes * s_minute;
        if (left > house.There.LeaseTtl / 2)
        {
            house.Clock.Advance(house.There.LeaseTtl / 2);
            left -= house.There.LeaseTtl / 2;
        }

        await house.Clock.WhenWaitedForAsync(left);
        house.There.Accounts.Count.ShouldBe(1);
        house.Clock.Advance(left);

        await ProviderHouse.UntilAsync(
            () => house.There.Asked.Contains("POST sys/leases/revoke") && house.There.Accounts.Count == 0,
            "it is revoked"
        );
        house.There.Tokens.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_value_is_looked_for_while_it_is_in_memory_whatever_its_time()
    {
        await using var house = await ProviderHouse.OpenAsync();
        var used = await house.Lender.LendAsync(house.Session, "key", null, default);
        house.There.Kept["app/model"].Add("third-value-of-the-model");
        house.Clock.Advance(6 * s_minute);
        (await SeenAsync(house)).ShouldBe(["second-value-of-the-model"]);

        await house.UseAsync("key");
        (await SeenAsync(house)).ShouldBe(["second-value-of-the-model", "third-value-of-the-model"], ignoreOrder: true);

        used.Dispose();
        (await SeenAsync(house)).ShouldBe(["third-value-of-the-model"]);
    }

    [Fact]
    public void A_text_that_is_none_is_not_there()
    {
        using var reply = new ProviderReply(200, Encoding.UTF8.GetBytes("""{"a":"\ud800","b":"c"}"""), null, null);

        ProviderReply.TextOf(reply.Json, "a").ShouldBeNull();
        ProviderReply.TextOf(reply.Json, "b").ShouldBe("c");
    }

    private static async Task<List<string>> SeenAsync(ProviderHouse house)
    {
        var seen = new List<string>();
        await house.Lender.CompareAsync(house.Session, "key", value => seen.Add(value.ToString()), default);
        return seen;
    }
}
