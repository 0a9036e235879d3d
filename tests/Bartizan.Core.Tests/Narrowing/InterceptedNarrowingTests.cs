using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Requests that are looked at, compared with tunnels.</summary>
public sealed class InterceptedNarrowingTests
{
    [Theory]
    [InlineData("allow: connect a.example:443")]
    [InlineData("allow: connect *.example:*")]
    [InlineData("allow: http * https://a.example/**")]
    public void A_tunnel_is_more_than_any_request_that_is_looked_at(string tunnel)
    {
        ImmutableArray<string> seen =
        [
            "allow: connect a.example:443",
            "allow: http * https://a.example/**",
            "deny: http DELETE https://a.example/x",
        ];

        Prove([tunnel], seen).Excesses.ShouldContain(e => e.Action!.Verb == Verb.Connect);
        Prove(["allow: http GET https://a.example/v1/**"], seen).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    [Fact]
    public void A_request_that_is_looked_at_for_its_credential_has_no_tunnel_beside_it()
    {
        var lent = Lent("allow: http * https://a.example/**");
        var open = Rules.Manifest(["allow: http * https://a.example/**"], []);

        NarrowingProof.Of(open, lent, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
        NarrowingProof.Of(lent, open, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Fact]
    public void An_allow_less_that_had_a_host_looked_into_is_more_where_a_tunnel_is_left()
    {
        ImmutableArray<string> seen = ["allow: connect *.example:443", "allow: http GET https://a.example/x"];

        Prove([seen[0]], seen).Answer.ShouldBe(NarrowingAnswer.Refuted);
        Prove(seen, [seen[0]]).Answer.ShouldBe(NarrowingAnswer.Refuted);
    }

    [Theory]
    [InlineData("ask: connect a.example:443")]
    [InlineData("deny: connect a.example:443")]
    public void A_finer_rule_that_has_a_host_looked_into_takes_no_tunnels_rule_away(string rule)
    {
        ImmutableArray<string> whole = ["allow: http * https://a.example/**", rule];
        ImmutableArray<string> finer = [.. whole, "deny: http DELETE https://a.example/x"];

        Prove(finer, whole).Answer.ShouldBe(NarrowingAnswer.Proved);
        foreach (var rules in (ImmutableArray<string>[])[whole, finer])
        {
            Rules.Compile(rules).Screen("http GET https://a.example/y").Effect.ShouldBe(Rules.Rule(rule).Effect);
        }
    }

    [Fact]
    public void Without_a_rule_of_tunnels_that_takes_requests_away_there_is_more()
    {
        ImmutableArray<string> seen = ["allow: http GET https://a.example/x"];

        Prove(seen, [.. seen, "ask: connect a.example:443"]).Answer.ShouldBe(NarrowingAnswer.Refuted);
        Prove(seen, [.. seen, "deny: connect a.example:443"]).Answer.ShouldBe(NarrowingAnswer.Refuted);
        Prove([.. seen, "deny: connect a.example:443"], seen).Answer.ShouldBe(NarrowingAnswer.Proved);
    }

    private static Manifest Lent(string rule)
    {
        var manifest = Rules.Manifest([rule], []);
        var lends = manifest.Layers[0].Rules[0] with { Credential = "token" };
        return manifest with { Layers = [manifest.Layers[0] with { Rules = [lends] }] };
    }

    private static NarrowingProof Prove(ImmutableArray<string> a, ImmutableArray<string> b) =>
        NarrowingProof.Of(Rules.Manifest(a, []), Rules.Manifest(b, []), Rules.Now);
}
