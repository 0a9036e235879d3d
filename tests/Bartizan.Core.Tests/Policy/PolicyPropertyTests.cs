using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using FsCheck;
using FsCheck.Fluent;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What holds of every policy, over small worlds in which rules and targets often meet.</summary>
public sealed class PolicyPropertyTests
{
    private static readonly string[] _patterns =
    [
        "connect a.example:443",
        "connect *.example:443",
        "connect **.example:*",
        "connect **:443",
        "connect **:*",
        "connect {a,b}.example:{80,443}",
        "connect 10.0.0.1:443",
        "http * https://a.example/**",
        "http GET http://a.example/x/**",
        "http * http://*.example/**",
        "http * **",
        "read workspace/**",
        "read workspace/a/*",
        "read **/.env",
        "read /etc/**",
        "write workspace/a",
        "model one/*",
        "model one/big-*",
        "model */**",
        "exec a **",
        "exec ** b",
    ];

    private static readonly ActionTarget[] _targets =
    [
        .. new[]
        {
            "connect a.example:443",
            "connect b.example:80",
            "connect example:443",
            "connect 10.0.0.1:443",
            "connect x.y.example:443",
            "http GET http://a.example/x/y",
            "http POST http://a.example/x",
            "http GET https://b.example/",
            "read workspace/a/b",
            "read workspace/.env",
            "read workspace/a -> /etc/x",
            "read /etc/x",
            "write workspace/a",
            "write workspace/a/b",
            "model one/big-1",
            "model one/small",
            "model two/x",
            "exec a b",
            "exec a c",
            "exec /bin/a",
        }.Select(Rules.Target),
    ];

    private static readonly string[] _effects = ["allow", "ask", "deny"];

    private static readonly Gen<string> _rule =
        from effect in Gen.Elements(_effects)
        from pattern in Gen.Elements(_patterns)
        select $"{effect}: {pattern}";

    private static readonly Gen<ImmutableArray<string>> _rules = Gen.ArrayOf(_rule).Select(r => r.ToImmutableArray());

    private static readonly Config _config = Config.QuickThrowOnFailure.WithMaxTest(PropertyCases.Or(400));

    [Fact]
    public void Order_never_matters() =>
        Check(
            _rules,
            _rules,
            (rules, baseline) =>
            {
                var (one, two) = (
                    Rules.Compile(rules, baseline),
                    Rules.Compile([.. rules.Reverse()], [.. baseline.Reverse()])
                );
                return one.Digest == two.Digest && Same(one, two, (a, b) => a == b);
            }
        );

    [Fact]
    public void A_layer_never_raises_another() =>
        Check(
            _rules,
            _rules,
            (rules, baseline) =>
                Same(Rules.Compile(rules, baseline), Rules.Compile(rules), (with, without) => with <= without)
        );

    [Fact]
    public void Layers_combine_by_the_minimum() =>
        Check(
            _rules,
            _rules,
            (one, two) =>
            {
                var both = Layered(one, two);
                var (first, second) = (Rules.Compile(one), Rules.Compile(two));
                return _targets.All(t => Of(both, t) == (Effect)Math.Min((int)Of(first, t), (int)Of(second, t)));
            }
        );

    [Fact]
    public void A_deny_more_only_takes_away() =>
        Check(
            _rules,
            _rule,
            (rules, more) =>
            {
                var deny = "deny: " + more[(more.IndexOf(' ', StringComparison.Ordinal) + 1)..];
                return Same(Rules.Compile([.. rules, deny]), Rules.Compile(rules), (with, without) => with <= without);
            }
        );

    [Fact]
    public void An_allow_more_never_beats_a_deny_or_an_ask() =>
        Check(
            _rules,
            _rule,
            (rules, more) =>
            {
                var allow = "allow: " + more[(more.IndexOf(' ', StringComparison.Ordinal) + 1)..];
                var (with, without) = (Rules.Compile([.. rules, allow]), Rules.Compile(rules));
                return _targets.All(t =>
                    without.Screen(t, Rules.Now) is var before
                    && (before.Rules.IsEmpty || before.Effect == Effect.Allow || Of(with, t) <= Effect.Ask)
                    && Of(with, t) >= before.Effect
                );
            }
        );

    [Fact]
    public void What_is_not_said_is_denied() =>
        Check(
            _rules,
            _rules,
            (rules, baseline) =>
            {
                var policy = Rules.Compile(rules, baseline);
                return _targets.All(t =>
                    policy.Screen(t, Rules.Now) is { Effect: Effect.Deny } or { Rules.IsEmpty: false }
                );
            }
        );

    [Fact]
    public void The_needed_rule_is_all_that_was_missing() =>
        Check(
            _rules,
            _rules,
            (rules, baseline) =>
            {
                var policy = Rules.Compile(rules, baseline);
                return _targets.All(t =>
                    policy.Screen(t, Rules.Now).Needed is not { } needed
                    || Of(Rules.Compile([.. rules, needed], baseline), t) > Effect.Deny
                );
            }
        );

    [Fact]
    public void Equal_digests_decide_alike() =>
        Check(
            _rules,
            _rules,
            (one, two) =>
            {
                var (a, b) = (Rules.Compile(one), Rules.Compile(two));
                return a.Digest != b.Digest || Same(a, b, (x, y) => x == y);
            }
        );

    [Fact]
    public void An_explanation_says_what_the_decision_says() =>
        Check(
            _rules,
            _rules,
            (rules, baseline) =>
            {
                var policy = Rules.Compile(rules, baseline);
                return _targets.All(t =>
                    policy.Explain(t, Rules.Now) is var why
                    && why.Decision.Effect == Of(policy, t)
                    && why.Layers.Min(l => l.Effect) == why.Decision.Effect
                );
            }
        );

    private static Effect Of(Policy policy, ActionTarget target) => policy.Screen(target, Rules.Now).Effect;

    private static bool Same(Policy one, Policy two, Func<Effect, Effect, bool> holds) =>
        _targets.All(t => holds(Of(one, t), Of(two, t)));

    private static Policy Layered(ImmutableArray<string> one, ImmutableArray<string> two) =>
        Policy.Compile(
            Rules.Manifest(one, []) with
            {
                Layers = [Rules.Layer("one", false, one), Rules.Layer("two", false, two)],
            }
        );

    private static void Check<TOne, TTwo>(Gen<TOne> one, Gen<TTwo> two, Func<TOne, TTwo, bool> holds) =>
        Prop.ForAll(one.ToArbitrary(), two.ToArbitrary(), (a, b) => holds(a, b)).Check(_config);
}
