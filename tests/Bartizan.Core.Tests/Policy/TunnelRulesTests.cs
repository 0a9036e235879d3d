using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What rules on tunnels say of requests within them: a host that is looked into is no more open than its tunnel.</summary>
public sealed class TunnelRulesTests
{
    [Theory]
    [InlineData("deny: connect paste.example:443", "http POST https://paste.example/x", Effect.Deny)]
    [InlineData("deny: connect **.example:*", "http POST https://paste.example:8443/x", Effect.Deny)]
    [InlineData("ask: connect **.example:443", "http POST https://paste.example/x", Effect.Ask)]
    [InlineData("deny: connect **:25", "http POST https://paste.example/x", Effect.Allow)]
    [InlineData("deny: connect paste.example:443", "http POST https://other.example/x", Effect.Allow)]
    [InlineData("deny: connect paste.example:80", "http POST http://paste.example/x", Effect.Allow)]
    public void What_takes_a_tunnel_away_takes_the_requests_in_it(string rule, string target, Effect expected)
    {
        const string Grant = "allow: http POST *://*.example:*/**";

        Rules.Compile([Grant], [rule]).Screen(target).Effect.ShouldBe(expected);
        Rules.Compile([Grant, rule]).Screen(target).Effect.ShouldBe(expected);
    }

    [Fact]
    public void The_shipped_floor_holds_for_hosts_that_are_looked_into()
    {
        var floor = Rules.Layer("baseline floor", true, ["deny: connect pastebin.com:443", "deny: connect **.onion:*"]);
        var manifest = Rules.Manifest(
            ["allow: http POST https://pastebin.com/**", "allow: http GET https://a.onion/x"],
            []
        );
        var policy = Policy.Compile(manifest with { Layers = [floor, .. manifest.Layers] });

        policy.Screen("http POST https://pastebin.com/api").Effect.ShouldBe(Effect.Deny);
        policy.Screen("http GET https://a.onion/x").Effect.ShouldBe(Effect.Deny);
    }

    [Theory]
    [InlineData("http GET https://good.example/x", Effect.Allow)]
    [InlineData("http GET https://evil.example/x", Effect.Deny)]
    [InlineData("http GET http://evil.example/x", Effect.Allow)]
    public void A_baselines_list_of_tunnels_is_a_list_of_requests_where_it_has_none_of_its_own(
        string target,
        Effect expected
    )
    {
        Rules
            .Compile(["allow: http GET *://*.example/**"], ["allow: connect good.example:443"])
            .Screen(target)
            .Effect.ShouldBe(expected);
    }

    [Fact]
    public void A_baselines_own_list_of_requests_is_the_one_that_counts()
    {
        var policy = Rules.Compile(
            ["allow: http GET *://*.example/**"],
            ["allow: connect good.example:443", "allow: http GET https://good.example/v1/**"]
        );

        policy.Screen("http GET https://good.example/v1/a").Effect.ShouldBe(Effect.Allow);
        policy.Screen("http GET https://good.example/v2/a").Effect.ShouldBe(Effect.Deny);
        policy.Screen("http GET http://good.example/a").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void An_allow_of_a_tunnel_grants_no_request()
    {
        var policy = Rules.Compile("allow: connect a.example:443", "deny: http DELETE https://a.example/x");

        policy.Screen("http GET https://a.example/y").Effect.ShouldBe(Effect.Deny);
    }
}
