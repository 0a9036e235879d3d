using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using static Bartizan.Core.Tests.Policies.RandomActions;

namespace Bartizan.Core.Tests.Policies;

/// <summary>
/// Table = specification, over random policies and targets made of few pieces, so that they meet often. The seed
/// is in every message.
/// </summary>
public sealed class DecisionTableTests
{
    private const int Policies = 2_000;
    private const int TargetsEach = 60;

    [Fact]
    public void The_table_decides_exactly_as_the_specification_does()
    {
        var (cases, effects) = (0, new int[3]);
        for (var seed = 0; seed < Policies; seed++)
        {
            var random = new Dice(seed);
            var manifest = RandomManifest(random);
            var observe = random.Next(5) == 0;
            var (table, naive) = (Policy.Compile(manifest, observe), Policy.CompileNaive(manifest, observe));
            for (var i = 0; i < TargetsEach; i++, cases++)
            {
                var target = RandomActions.Target(random);
                var known = RandomCircumstances(random, manifest);
                var (one, other) = (table.Screen(target, known), naive.Screen(target, known));
                if (!Same(one, other))
                {
                    Assert.Fail($"seed {seed}: {target.Verb} {target.Text}: table {one}, specification {other}");
                }

                effects[(int)one.Effect]++;
            }
        }

        cases.ShouldBeGreaterThanOrEqualTo(100_000);
        effects.ShouldAllBe(count => count > cases / 100, "each effect is met");
    }

    [Fact]
    public void Rules_that_differ_by_their_conditions_only_are_decided_as_the_specification_does()
    {
        var (cases, effects) = (0, new int[3]);
        for (var seed = 0; seed < Policies; seed++)
        {
            var random = new Dice(seed);
            ImmutableArray<Rule> rules =
            [
                .. Enumerable
                    .Range(1, random.Next(10, 90))
                    .Select(line =>
                        Rules.Rule(
                            $"{Pick(random, ["allow", "allow", "allow", "ask", "deny"])}: tool a/{Pick(random, ["*", "a", "b*"])}",
                            line
                        ) with
                        {
                            When = RandomConditions(random),
                        }
                    ),
            ];
            var zone = TimeZoneInfo.FindSystemTimeZoneById(Pick(random, ["UTC", "Asia/Kolkata"]));
            var manifest = Rules.Manifest([], []) with
            {
                Groups = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("ops", ["bob"]),
                Layers = [new RuleLayer("manifest", IsCeiling: false, rules) { TimeZone = zone }],
            };
            var (table, naive) = (Policy.Compile(manifest), Policy.CompileNaive(manifest));
            ImmutableArray<User?> people = [null, User.Of(manifest, "bob"), User.Of(manifest, "eve")];
            for (var i = 0; i < TargetsEach; i++, cases++)
            {
                var target = new ToolTarget("a", Pick(random, ["a", "b", "bb", "c"]));
                var known = RandomCircumstances(random, manifest) with { User = Pick(random, people) };
                var (one, other) = (table.Screen(target, known), naive.Screen(target, known));
                if (!Same(one, other))
                {
                    Assert.Fail($"seed {seed}: {target.Text}: table {one}, specification {other}");
                }

                effects[(int)one.Effect]++;
            }
        }

        cases.ShouldBeGreaterThanOrEqualTo(100_000);
        effects.ShouldAllBe(count => count > cases / 100, "each effect is met");
    }

    [Fact]
    public void A_policy_that_is_compiled_again_has_the_same_digest_and_decides_alike()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var manifest = RandomManifest(new Dice(seed));
            var again = RandomManifest(new Dice(seed));
            var shuffled = again with
            {
                Layers = [.. again.Layers.Select(l => l with { Rules = [.. l.Rules.Reverse()] })],
            };

            Policy.Compile(shuffled).Digest.ShouldBe(Policy.Compile(manifest).Digest, $"seed {seed}");
        }
    }

    [Fact]
    public void Ten_thousand_rules_are_found_without_allocating()
    {
        ImmutableArray<string> rules =
        [
            .. Enumerable.Range(0, 10_000).Select(i => $"allow: tool s{i % 50}/t{i}_{(i % 3 == 0 ? "*" : "x")}"),
        ];
        var policy = Policy.Compile(Rules.Manifest(rules, []));
        var target = new ToolTarget("s42", "t9942_x");
        policy.Screen(target, Rules.Now).Effect.ShouldBe(Effect.Allow);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            policy.Screen(target, Rules.Now);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
        policy.Screen(new ToolTarget("s42", "t9943_x"), Rules.Now).Effect.ShouldBe(Effect.Deny);
    }

    private static bool Same(Decision one, Decision other) =>
        one.Effect == other.Effect
        && one.Reason == other.Reason
        && one.Needed == other.Needed
        && one.Obligations.Equals(other.Obligations)
        && one.Rules.SequenceEqual(other.Rules);

    private static Manifest RandomManifest(Dice random)
    {
        var layers = ImmutableArray.CreateBuilder<RuleLayer>();
        for (var i = random.Next(3); i > 0; i--)
        {
            layers.Add(RandomLayer(random, $"baseline {i}", isCeiling: true));
        }

        layers.Add(RandomLayer(random, "manifest", isCeiling: false));
        return Rules.Manifest([], []) with { Layers = layers.ToImmutable() };
    }

    private static RuleLayer RandomLayer(Dice random, string name, bool isCeiling) =>
        new(name, isCeiling, [.. Enumerable.Range(1, random.Next(1, 40)).Select(line => RandomRule(random, line))]);

    private static Rule RandomRule(Dice random, int line)
    {
        var effect = random.Next(10) switch
        {
            < 6 => "allow",
            < 8 => "ask",
            _ => "deny",
        };
        var rule = Rules.Rule($"{effect}: {RandomActions.Pattern(random)}", line);
        var isTool = rule.Verb == Verb.Tool;
        return rule with
        {
            Expires = effect == "allow" && random.Next(6) == 0 ? new DateOnly(2026, 11, random.Next(19, 23)) : null,
            Credential = rule.Verb is Verb.Http && random.Next(4) == 0 ? Pick(random, ["k", "l"]) : null,
            When = random.Next(4) == 0 ? RandomCondition(random, isTool) : null,
            Arguments =
                isTool && random.Next(4) == 0
                    ?
                    [
                        new ArgumentRule
                        {
                            Path = Pick(random, ["n", "m"]),
                            Least = 1,
                            Most = 2,
                        },
                    ]
                    : [],
        };
    }

    private static Condition RandomConditions(Dice random)
    {
        ImmutableArray<string> all =
        [
            "user.id == 'bob'",
            "'ops' in user.groups",
            "!('ops' in user.groups)",
            $"time.hour >= {random.Next(24)}",
            $"time.hour < {random.Next(24)}",
            "time.date == '2026-11-21'",
            "time.minute == 0",
            "'untrusted' in session.labels",
            "!('secret' in session.labels)",
            "has(args.n)",
            "!has(args.n)",
            "args.n == 1",
            "action.bulk",
        ];
        string One() => Pick(random, all);
        var text = random.Next(3) switch
        {
            0 => One(),
            1 => $"{One()} && {One()} && {One()}",
            _ => $"({One()} || {One()}) && !({One()})",
        };
        return Condition.Parse(text, ConditionSchema.Standard).Condition!;
    }

    private static Condition RandomCondition(Dice random, bool isTool)
    {
        var text = Pick(
            random,
            [
                "user.id == 'bob'",
                "'ops' in user.groups",
                "user.region == 'eu'",
                "time.hour >= 3 && time.hour < 9",
                "!('untrusted' in session.labels)",
                "env.name == 'staging'",
                "resource.class == 'x' || action.bulk",
                isTool ? "args.n == 1" : "true",
            ]
        );
        return Condition.Parse(text, ConditionSchema.Standard).Condition!;
    }

    private static Circumstances RandomCircumstances(Dice random, Manifest manifest) =>
        new()
        {
            Now = Rules.Now.AddHours(random.Next(24)),
            User = random.Next(3) == 0 ? null : User.Of(manifest, Pick(random, ["bob", "eve"])),
            Labels = random.Next(3) == 0 ? null : (Labels)random.Next(8),
            Arguments =
                random.Next(3) == 0
                    ? default
                    : JsonDocument
                        .Parse(Pick(random, ["{}", "{\"n\":1}", "{\"n\":5}", "{\"m\":2,\"n\":1}"]))
                        .RootElement,
        };
}
