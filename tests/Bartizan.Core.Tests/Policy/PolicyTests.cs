using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Policies;

public sealed class PolicyTests
{
    [Fact]
    public void What_a_rule_names_is_allowed_and_says_by_which_rule()
    {
        var decision = Example().Screen("model anthropic/claude-sonnet-4-5");

        decision.Effect.ShouldBe(Effect.Allow);
        decision.Rules.ShouldHaveSingleItem().Text.ShouldBe("allow: model anthropic/claude-*");
    }

    [Fact]
    public void What_no_rule_names_is_denied_and_says_which_rule_would_allow_it()
    {
        var decision = Example().Screen("connect evil.example:443");

        decision.Effect.ShouldBe(Effect.Deny);
        decision.Needed.ShouldBe("allow: connect evil.example:443");
        decision.Reason.ShouldBe("no rule of the manifest allows `connect evil.example:443`");
    }

    [Fact]
    public void The_floor_denies_what_the_manifest_allows()
    {
        var decision = Example().Screen("read workspace/deploy/.env");

        decision.Effect.ShouldBe(Effect.Deny);
        decision.Rules.ShouldHaveSingleItem().Layer.ShouldBe("baseline floor");
        decision.Needed.ShouldBeNull();
        decision.Reason.ShouldContain("Secrets that lie beside code");
    }

    [Fact]
    public void A_policy_without_rules_denies()
    {
        var nothing = Rules.Manifest(["deny: exec x"], []) with { Layers = [] };

        Policy.Compile(nothing).Screen("connect a.example:443").Effect.ShouldBe(Effect.Deny);
        Policy
            .Compile(nothing with { Layers = [Rules.Layer("baseline b", true, ["allow: connect a.example:443"])] })
            .Screen("connect a.example:443")
            .Effect.ShouldBe(Effect.Deny, "a ceiling grants nothing by itself");
        default(Decision).Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void An_allow_lapses_after_its_last_day()
    {
        var policy = Lapsing("2026-11-20");
        var target = Rules.Target("connect a.example:443");
        var midnight = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        policy.Screen(target, midnight.AddTicks(-1)).Effect.ShouldBe(Effect.Allow);
        var lapsed = policy.Screen(target, midnight);
        lapsed.Effect.ShouldBe(Effect.Deny);
        lapsed.Reason.ShouldContain("until 2026-11-20 and has lapsed");
        lapsed.Needed.ShouldBe("allow: connect a.example:443");
        policy.Screen(target, midnight.ToOffset(TimeSpan.FromHours(-8))).Effect.ShouldBe(Effect.Deny);
    }

    [Theory]
    [InlineData("allow: connect 127.0.0.1:443", "connect 127.0.0.1:443", true)]
    [InlineData("allow: connect {a.example,127.0.0.1}:443", "connect 127.0.0.1:443", true)]
    [InlineData("allow: connect {127.0.0.1,**.example}:443", "connect a.example:443", false)]
    [InlineData("allow: connect localhost:443", "connect localhost:443", true)]
    [InlineData("allow: connect git.corp.internal:443", "connect git.corp.internal:443", true)]
    [InlineData("allow: connect *.corp.internal:443", "connect git.corp.internal:443", false)]
    [InlineData("allow: connect internal.example:443", "connect internal.example:443", false)]
    [InlineData("allow: connect notlocalhost:443", "connect notlocalhost:443", false)]
    [InlineData("allow: connect **:443", "connect localhost:443", false)]
    [InlineData("ask: connect **:443", "connect 10.0.0.1:443", false)]
    [InlineData("ask: connect 10.0.0.1:443", "connect 10.0.0.1:443", true)]
    [InlineData("allow: http GET http://127.0.0.1:8080/**", "http GET http://127.0.0.1:8080/x", true)]
    [InlineData("allow: http * https://10.0.0.5/**", "connect 10.0.0.5:443", true)]
    public void Private_addresses_are_dialed_only_where_the_rule_names_them(
        string rule,
        string target,
        bool expected
    ) => Rules.Compile(rule).Screen(target).Obligations.PrivateAddresses.ShouldBe(expected);

    [Fact]
    public void A_ceiling_that_has_a_say_must_name_the_private_host_too()
    {
        const string Rule = "allow: connect git.corp.internal:443";

        Private("deny: connect x.example:443").ShouldBeTrue();
        Private("allow: connect **.internal:443").ShouldBeTrue();
        Private("allow: connect **:443").ShouldBeFalse();

        bool Private(string baseline) =>
            Rules.Compile([Rule], [baseline]).Screen("connect git.corp.internal:443").Obligations.PrivateAddresses;
    }

    [Fact]
    public void A_rule_lends_its_credential_and_two_that_differ_lend_none()
    {
        var (one, two) = (
            Rules.Rule("allow: http GET http://a.example/**"),
            Rules.Rule("allow: http * http://a.example/x/**")
        );
        Policy With(string? first, string? second) =>
            Policy.Compile(
                Rules.Manifest([], []) with
                {
                    Layers =
                    [
                        new RuleLayer(
                            "manifest",
                            false,
                            [one with { Credential = first }, two with { Credential = second }]
                        ),
                    ],
                }
            );

        With("k", null).Screen("http GET http://a.example/y").Obligations.Credential.ShouldBe("k");
        With("k", null).Screen("http GET http://a.example/x/y").Obligations.Credential.ShouldBe("k");
        With("k", "k").Screen("http GET http://a.example/x/y").Obligations.Credential.ShouldBe("k");
        var torn = With("k", "l").Screen("http GET http://a.example/x/y");
        torn.Effect.ShouldBe(Effect.Deny);
        torn.Reason.ShouldBe("two rules inject different credentials: `k` and `l`");
    }

    [Fact]
    public void A_rule_that_cannot_be_read_takes_away_and_never_grants()
    {
        Rules.Compile("allow: connect a.example").Screen("connect a.example:443").Effect.ShouldBe(Effect.Deny);
        Rules
            .Compile("allow: connect a.example:443", "deny: connect {")
            .Screen("connect a.example:443")
            .Effect.ShouldBe(Effect.Deny);
        Rules
            .Compile("allow: read workspace/**", "ask: read src/**")
            .Screen("read workspace/a")
            .Effect.ShouldBe(Effect.Ask);
        Rules
            .Compile("allow: connect a.example:443", "deny: http POST ht!tp")
            .Screen("connect a.example:443")
            .Effect.ShouldBe(Effect.Deny);
    }

    [Theory]
    [InlineData(Effect.Allow, Effect.Allow)]
    [InlineData(Effect.Ask, Effect.Ask)]
    [InlineData(Effect.Deny, Effect.Deny)]
    [InlineData((Effect)(-1), Effect.Deny)]
    public void A_guard_can_only_lower_a_decision(Effect strictest, Effect expected)
    {
        var report = new GuardReport(strictest, Labels.None, ["an instruction in a tool's answer"]);
        var policy = Rules.Compile("allow: exec a", "deny: exec b");

        var decision = policy.Decide(Rules.Target("exec a"), Circumstances.At(Rules.Now), report);
        decision.Effect.ShouldBe(expected);
        (expected == Effect.Allow || decision.Reason.Contains("an instruction")).ShouldBeTrue();
        policy.Decide(Rules.Target("exec b"), Circumstances.At(Rules.Now), report).Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void Observing_allows_what_the_manifest_does_not_mention_and_nothing_that_is_denied()
    {
        var manifest = Rules.Manifest(
            ["deny: connect no.example:443", "ask: connect ask.example:443", "allow: connect yes.example:443"],
            ["deny: connect floor.example:*", "allow: model one/**"]
        );
        var policy = Policy.Compile(manifest, observe: true);

        policy.Screen("connect new.example:443").Effect.ShouldBe(Effect.Allow);
        policy.Screen("connect new.example:443").Obligations.Observed.ShouldBeTrue();
        policy.Screen("connect new.example:443").Needed.ShouldBe("allow: connect new.example:443");
        policy.Screen("read workspace/a").Needed.ShouldBe("allow: read workspace/a");
        policy.Screen("connect yes.example:443").Needed.ShouldBeNull();
        policy.Screen("connect yes.example:443").Obligations.Observed.ShouldBeFalse();
        policy.Screen("connect no.example:443").Effect.ShouldBe(Effect.Deny);
        policy.Screen("connect ask.example:443").Effect.ShouldBe(Effect.Ask);
        policy.Screen("connect floor.example:443").Effect.ShouldBe(Effect.Deny);
        policy.Screen("connect 10.0.0.1:443").Obligations.PrivateAddresses.ShouldBeFalse();
        policy.Screen("model two/x").Effect.ShouldBe(Effect.Deny, "a ceiling's own list stays closed");
        policy.Screen("read workspace/a").Effect.ShouldBe(Effect.Allow);
    }

    [Fact]
    public void Only_development_can_be_observed() =>
        Should.Throw<ArgumentException>(() =>
            Policy.Compile(
                Rules.Manifest(["deny: exec a"], []) with
                {
                    Environment = DeploymentEnvironment.Production,
                },
                observe: true
            )
        );

    [Fact]
    public void An_alias_of_a_file_is_denied_and_needs_no_allow()
    {
        var policy = Rules.Compile("allow: read workspace/**", "deny: read /home/me/project/private/**");
        FileTarget Named(string name) => new(Verb.Read, $"workspace/{name}") { Aliases = [$"/home/me/project/{name}"] };

        policy.Screen(Named("a"), Rules.Now).Effect.ShouldBe(Effect.Allow);
        policy.Screen(Named("private/a"), Rules.Now).Effect.ShouldBe(Effect.Deny);
        policy.Screen(Named("../a"), Rules.Now).Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void A_digest_does_not_hang_on_order_spelling_or_reasons()
    {
        var one = Rules.Compile("allow: connect {a,b}.example:443", "deny: exec rm");
        var two = Rules.Compile("deny: exec  rm", "allow: connect B.example:443", "allow: connect a.example:443");

        two.Digest.ShouldBe(one.Digest);
        Rules.Compile("allow: connect a.example:443", "deny: exec rm").Digest.ShouldNotBe(one.Digest);
        Rules
            .Compile(["deny: exec rm"], ["allow: exec a"])
            .Digest.ShouldNotBe(Rules.Compile(["allow: exec a"], ["deny: exec rm"]).Digest);
        Lapsing("2026-11-20").Digest.ShouldNotBe(Lapsing("2026-11-21").Digest);
        Policy
            .Compile(Rules.Manifest(["deny: exec a"], []), observe: true)
            .Digest.ShouldNotBe(Rules.Compile("deny: exec a").Digest);
    }

    [Fact]
    public void An_explanation_names_each_layer_and_what_would_change_it()
    {
        var policy = Rules.Compile(["allow: connect pypi.example:443"], ["deny: connect evil.example:*"]);

        var allowed = policy.Explain(Rules.Target("connect pypi.example:443"), Rules.Now);
        allowed
            .Layers.Select(l => (l.Layer, l.Effect))
            .ShouldBe([("baseline test", Effect.Allow), ("manifest", Effect.Allow)]);
        allowed.Layers[0].Because.ShouldBe("it neither denies nor asks");
        allowed.Change.ShouldBe("without `allow: connect pypi.example:443` (test.yaml:1:3) it would be denied");

        var near = policy.Explain(Rules.Target("connect pypy.example:443"), Rules.Now);
        near.Change.ShouldBe(
            "`allow: connect pypy.example:443` would allow it; the nearest rule is `allow: connect pypi.example:443` (test.yaml:1:3)"
        );

        var denied = policy.Explain(Rules.Target("connect evil.example:443"), Rules.Now);
        denied.Change.ShouldBe("it stays denied while `deny: connect evil.example:*` (test.yaml:1:3) stands");
    }

    [Theory]
    [InlineData("model openai/gpt-5", "allow: model openai/gpt-5")]
    [InlineData("connect [::1]:8080", "allow: connect [::1]:8080")]
    [InlineData("http GET http://a.example/x/y?q", "allow: http GET http://a.example/x/y")]
    [InlineData("http POST https://a.example/x", "allow: http POST https://a.example/x")]
    [InlineData("http GET http://a.example:8080/", "allow: http GET http://a.example:8080/")]
    [InlineData("read /etc/hostname", "allow: read /etc/hostname")]
    [InlineData("write workspace/a: b", "allow: \"write workspace/a: b\"")]
    [InlineData("write workspace/a{b", null)]
    [InlineData("read workspace/a -> /etc/shadow", null)]
    [InlineData("exec ls -l", "allow: exec ls -l")]
    [InlineData("exec sh -c 'a b'", null)]
    public void The_rule_that_is_proposed_would_allow_exactly_this(string target, string? needed)
    {
        var policy = Rules.Compile("deny: exec never");
        policy.Screen(target).Needed.ShouldBe(needed);
        if (needed is not null)
        {
            Rules.Compile(needed).Screen(target).Effect.ShouldBe(Effect.Allow);
        }
    }

    [Fact]
    public void Each_rule_says_where_it_is_enforced_and_how_much_of_it_holds()
    {
        var load = Repository.LoadFile(Repository.PathOf("examples", "claude-code.yaml"));
        var report = ManifestReport.Of(load.Manifest!).Where(r => r.Layer == "manifest").ToList();

        report.Count.ShouldBe(load.Manifest!.Layers[^1].Rules.Length);
        report.Single(r => r.Rule.Verb == Verb.Model).Strength.ShouldBe(EnforcementStrength.Holds);
        report.Where(r => r.Rule.Verb == Verb.Exec).ShouldAllBe(r => r.Strength == EnforcementStrength.Intent);
        report.Single(r => r.Rule.Verb == Verb.Http).Says.ShouldContain("as a tunnel");
        report.ShouldAllBe(r => r.Says.Length > 20 && r.Point.Length > 0);
    }

    private static Policy Example() =>
        Policy.Compile(Repository.LoadFile(Repository.PathOf("examples", "claude-code.yaml")).Manifest!);

    private static Policy Lapsing(string day)
    {
        var rule = Rules.Rule("allow: connect a.example:443") with
        {
            Expires = DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture),
        };
        return Policy.Compile(Rules.Manifest([], []) with { Layers = [new RuleLayer("manifest", false, [rule])] });
    }
}
