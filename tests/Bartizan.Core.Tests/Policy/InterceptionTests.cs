using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>Which hosts are looked into, and what becomes of tunnels to them.</summary>
public sealed class InterceptionTests
{
    [Theory]
    [InlineData("allow: http GET https://a.example/**", "a.example", 443, Interception.Open)]
    [InlineData("allow: http * https://a.example/v1/**", "a.example", 443, Interception.Open)]
    [InlineData("ask: http POST https://a.example/**", "a.example", 443, Interception.Open)]
    [InlineData("deny: http POST https://a.example/**", "a.example", 443, Interception.Closed)]
    [InlineData("deny: http POST **", "b.example", 8443, Interception.Closed)]
    [InlineData("allow: http GET https://*.example/**", "b.example", 443, Interception.Open)]
    [InlineData("allow: http GET https://a.example:8443/**", "a.example", 8443, Interception.Open)]
    [InlineData("allow: http GET https://a.example:8443/**", "a.example", 443, Interception.None)]
    [InlineData("allow: http GET https://a.example:*/**", "a.example", 9443, Interception.Open)]
    [InlineData("allow: http GET *://a.example/**", "a.example", 443, Interception.Open)]
    [InlineData("allow: http GET *://a.example/**", "a.example", 22, Interception.None)]
    [InlineData("allow: http GET http://a.example/**", "a.example", 443, Interception.None)]
    [InlineData("allow: http * https://a.example/**", "a.example", 443, Interception.None)]
    [InlineData("allow: connect a.example:443", "a.example", 443, Interception.None)]
    public void A_host_is_looked_into_where_a_rule_is_finer(string rule, string host, int port, Interception expected)
    {
        var policy = Rules.Compile(rule);

        HostName.TryParse(host, out var name, out _).ShouldBeTrue();
        policy.InterceptionOf(name, port, Rules.Now).ShouldBe(expected);
    }

    [Fact]
    public void No_layer_opens_a_tunnel_that_another_has_looked_into()
    {
        var policy = Rules.Compile(["allow: connect *.example:443"], ["deny: http DELETE https://a.example/**"]);

        policy.Screen("connect a.example:443").Effect.ShouldBe(Effect.Deny);
        policy.Screen("connect b.example:443").Effect.ShouldBe(Effect.Allow);
        policy.Screen("connect a.example:443").Reason.ShouldContain("only `http` rules allow them");
    }

    [Fact]
    public void A_baseline_of_requests_is_a_list_of_tunnels_too()
    {
        var policy = Rules.Compile(["allow: connect *.example:443"], ["allow: http GET https://a.example/**"]);

        policy.Screen("connect b.example:443").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void A_lapsed_or_conditional_rule_still_has_its_host_looked_into()
    {
        var lapsed = Rules.Rule("allow: http GET https://a.example/**") with { Expires = new DateOnly(2026, 1, 1) };
        var manifest = Rules.Manifest(["allow: connect *.example:443"], []);
        manifest = manifest with
        {
            Layers = [manifest.Layers[0] with { Rules = [.. manifest.Layers[0].Rules, lapsed] }],
        };
        var policy = Policy.Compile(manifest);

        HostName.TryParse("a.example", out var name, out _).ShouldBeTrue();
        policy.InterceptionOf(name, 443, Rules.Now).ShouldBe(Interception.Closed);
        policy.Screen("connect a.example:443").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void What_asks_of_a_tainted_session_has_nothing_looked_into()
    {
        var manifest = Rules.Manifest(["allow: connect a.example:443"], []);
        var asks = Rules.Layer("trust", true, ["ask: http POST **"]) with { OnlyAsks = true };
        var policy = Policy.Compile(manifest with { Layers = [asks, .. manifest.Layers] });

        policy.InterceptsSome.ShouldBeFalse();
        policy.Screen("connect a.example:443").Effect.ShouldBe(Effect.Ask);
    }

    [Fact]
    public void A_credential_in_the_requests_of_a_host_has_them_looked_into()
    {
        var lends = Rules.Rule("allow: http * https://a.example/**") with { Credential = "token" };
        var manifest = Rules.Manifest(["allow: read workspace/**"], []);
        var policy = Policy.Compile(manifest with { Layers = [new RuleLayer("manifest", false, [lends])] });

        policy.Screen("connect a.example:443").Effect.ShouldBe(Effect.Deny);
        policy.Screen("http GET https://a.example/x").Obligations.Credential.ShouldBe("token");
    }
}
