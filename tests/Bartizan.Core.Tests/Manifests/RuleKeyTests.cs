using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>Roles with includes, groups, the catalogue, examples and arguments, as files say them.</summary>
public sealed class RuleKeyTests
{
    private const string Head = "apiVersion: bartizan/v1\nagent: a\n";
    private const string Rule = "rules:\n  - allow: read workspace/**\n    why: The code.\n";

    [Theory]
    [InlineData("exec a\n    args: { x: { in: [1] } }", "`args` can't stand on a `exec` rule")]
    [InlineData("tool a/b\n    args: { x: {} }", "`x` says nothing of what it may be")]
    [InlineData("tool a/b\n    args: { x: { between: [2, 1] } }", "has bounds that no number lies between")]
    [InlineData("tool a/b\n    args: { x: { between: [1, 2], glob: a } }", "asked to be a number and a text at once")]
    [InlineData("tool a/b\n    args: { x: { in: [1] }, x.y: { in: [1] } }", "`x.y` stands twice, or is asked")]
    [InlineData("tool a/b\n    args: { x..y: { in: [1] } }", "`x..y` is no path of an argument")]
    [InlineData("tool a/b\n    args: { x: { host: \"*..a\" } }", "names a host with an empty label")]
    [InlineData("tool a/b\n    args: { x: { cidr: [10.0.0.1/8] } }", "names the network `10.0.0.1/8`, which is none")]
    [InlineData("tool a/b\n    args: { x: { path: a/../b } }", "has the path `a/../b`, which no canonical path fits")]
    [InlineData("tool a/b\n    args: { x: { glob: \"{a\" } }", "has a `glob` that has braces that don't pair")]
    [InlineData(
        "tool a/b\n    args: { x: { in: [1, 2], between: [5, 9] } }",
        "has no value in `in` that fits what else it says"
    )]
    [InlineData("exec a\n    keep: [id]", "`keep` can't stand on a `exec` rule")]
    [InlineData("tool a/b\n    keep: []", "`keep`")]
    [InlineData("tool a/b\n    keep: id", "`keep`")]
    [InlineData("tool a/b\n    keep: [\"lines[].id\"]", "is no path of plain names")]
    [InlineData("tool a/b\n    keep: [/id]", "is no path of plain names")]
    [InlineData("tool a/b\n    keep: [a..b]", "has an empty name")]
    [InlineData("exec a\n    when: \"false\"", "can never apply: its condition never holds")]
    [InlineData("exec a\n    when: 1 > 2", "can never apply: its condition never holds")]
    [InlineData(
        "exec dotnet test **\n    match: [dotnet build]",
        "`dotnet build` is an example that `allow: exec dotnet test **` doesn't match"
    )]
    [InlineData(
        "exec dotnet **\n    not_match: [dotnet build]",
        "`dotnet build` is an example that `allow: exec dotnet **` matches and shouldn't"
    )]
    [InlineData(
        "connect a.example:443\n    match: [a.example]",
        "`a.example` is an example that can't be read: it is not of the form"
    )]
    [InlineData("tool a/b\n    args: { x: { in: [1] } }\n    match: ['a/b {\"x\": 2}']", "doesn't match")]
    [InlineData(
        "tool a/b\n    args: { x: { in: [1] } }\n    match: ['a/b {\"x\": 1, \"x\": 1}']",
        "has arguments that are no JSON object"
    )]
    public void Each_mistake_of_a_rule_is_named(string rest, string expected)
    {
        var load = Repository.LoadText(Head + $"rules:\n  - allow: {rest}\n    why: x\n");

        load.Manifest.ShouldBeNull();
        load.Errors.Select(ManifestLoader.Describe).ShouldContain(line => line.Contains(expected), expected);
    }

    [Fact]
    public void The_fields_that_are_kept_stand_on_what_grants()
    {
        const string Denied = "rules:\n  - deny: tool a/b\n    keep: [id]\n    why: x\n";

        Repository
            .LoadText(Head + "rules:\n  - ask: tool a/b\n    keep: [status, id, customer.name]\n    why: x\n")
            .Manifest!.Layers.Single(l => l.Name == "manifest")
            .Rules.Single()
            .Keep!.Paths.ShouldBe(["customer.name", "id", "status"]);
        Repository
            .LoadText(Head + Denied)
            .Errors.Select(ManifestLoader.Describe)
            .ShouldContain(line => line.Contains("`keep` can't stand on a rule that denies"));
    }

    [Fact]
    public void Durability_is_what_the_action_waits_for_and_a_denial_waits_for_nothing()
    {
        static Rule Read(string durability) =>
            Repository
                .LoadText(Head + $"rules:\n  - allow: exec a\n    why: x\n{durability}")
                .Manifest!.Layers[^1]
                .Rules[0];

        Read("    durability: witnessed\n").Witnessed.ShouldBeTrue();
        Read("    durability: disk\n").Witnessed.ShouldBeFalse();
        Read("").Witnessed.ShouldBeFalse();
        Policy
            .Compile(
                Repository
                    .LoadText(Head + "rules:\n  - allow: exec a\n    durability: witnessed\n    why: x\n")
                    .Manifest!
            )
            .Digest.ShouldNotBe(
                Policy.Compile(Repository.LoadText(Head + "rules:\n  - allow: exec a\n    why: x\n").Manifest!).Digest
            );
        Repository
            .LoadText(Head + "rules:\n  - deny: exec a\n    durability: witnessed\n    why: x\n")
            .Errors.Select(ManifestLoader.Describe)
            .ShouldContain(line => line.Contains("`durability` can't stand on a rule that denies"));
    }

    [Fact]
    public void Examples_that_are_as_the_rule_says_are_taken()
    {
        var load = Repository.LoadText(
            Head
                + "rules:\n  - allow: exec dotnet test **\n    match: [dotnet test, dotnet test -c Release]\n"
                + "    not_match: [\"dotnet test; curl evil.example\", \"dotnet test $(id)\", dotnet testing]\n    why: x\n"
                + "  - allow: exec git commit -m *\n    match: [\"git commit -m 'a (small) fix'\", 'git commit -m \"1 > 0\"']\n"
                + "    not_match: [git commit -m a > b, git commit -m *, \"git commit -m ~\", git commit -m a b]\n    why: x\n"
                + "  - allow: tool crm/find\n    args: { x: { in: [1] } }\n"
                + "    match: [crm/find, 'crm/find {\"x\": 1}']\n    not_match: ['crm/find {\"x\": 2}', crm/drop]\n    why: x\n"
        );

        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
    }

    [Fact]
    public void Ten_thousand_rules_load()
    {
        var rules = string.Concat(
            Enumerable
                .Range(0, 10_000)
                .Select(i =>
                    $"  - allow: http GET http://host-{i}.services.example/api/v1/{{a,b}}/**\n    expires: 2030-01-01\n"
                    + $"    why: Service {i} keeps what the agent is asked about, and answers nobody else than this agent.\n"
                )
        );

        var load = Repository.LoadText(Head + "rules:\n" + rules);

        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        load.Manifest!.Layers[^1].Rules.Length.ShouldBe(10_000);
    }

    [Fact]
    public void A_role_has_the_rules_of_the_roles_it_includes()
    {
        var load = Repository.LoadText(
            Head
                + "roles: [clerk]\ndefine_roles:\n"
                + "  clerk: { includes: [read-*], rules: [{ allow: exec c, why: x }] }\n"
                + "  read-a: [{ allow: exec a, why: x }]\n"
                + "  read-b: { includes: [read-a], rules: [{ allow: exec b, why: x }] }\n"
                + "  other: [{ allow: exec o, why: x }]\n"
        );

        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        load.Manifest!.Layers[^1]
            .Rules.Select(r => $"{r.Role} {r.Pattern}")
            .ShouldBe(["clerk c", "read-a a", "read-b b"]);
        load.Warnings.ShouldHaveSingleItem().Message.ShouldContain("`other` is defined and not named");
    }

    [Theory]
    [InlineData("roles: [nobod*]\ndefine_roles: { a: [{ allow: exec a, why: x }] }\n", "no role fits `nobod*`")]
    [InlineData(
        "roles: [a]\ndefine_roles: { a: { includes: [b] }, b: { includes: [a] } }\n",
        "the role `a` includes itself in a circle"
    )]
    [InlineData("roles: [a]\ndefine_roles: { a: { includes: [a] } }\n", "the role `a` includes itself in a circle")]
    [InlineData("roles: [a]\ndefine_roles: { a: { includes: [c] } }\n", "there is no role `c`")]
    [InlineData("roles: [a]\ndefine_roles: { a: {} }\n", "has neither rules nor includes")]
    [InlineData("groups: { g: [] }\n", "`g` is empty")]
    public void Each_mistake_of_roles_and_groups_is_named(string text, string expected)
    {
        var load = Repository.LoadText(Head + Rule + text);

        load.Errors.Select(ManifestLoader.Describe).ShouldContain(line => line.Contains(expected), expected);
    }

    [Fact]
    public void A_person_is_in_the_groups_that_name_them()
    {
        var load = Repository.LoadText(Head + Rule + "groups: { ops: [ann@x.example, bob], all: [bob, eve] }\n");

        User.Of(load.Manifest!, "bob").Groups.ShouldBe(["all", "ops"]);
        User.Of(load.Manifest!, "Bob").Groups.ShouldBeEmpty();
    }

    [Fact]
    public void A_tool_of_tier_high_is_asked_for_whatever_the_manifest_allows()
    {
        var load = WithBaseline(
            "catalogue:\n  - { of: [tool bank/*], tier: high, why: It moves money. }\n"
                + "  - { of: [tool crm/*], tier: low, is: { region: eu }, why: It only reads. }\nrules:\n  - { deny: exec rm **, why: x }\n",
            "rules:\n  - { allow: tool bank/pay, why: x }\n  - { allow: tool crm/find, why: x }\n"
        );
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        var policy = Policy.Compile(load.Manifest!);

        policy.Screen("tool bank/pay").Effect.ShouldBe(Effect.Ask);
        policy.Screen("tool bank/pay").Reason.ShouldContain("It is of tier high: It moves money.");
        policy.Screen("tool crm/find").Effect.ShouldBe(Effect.Allow);
        policy.Screen("tool bank/steal").Effect.ShouldBe(Effect.Deny);
    }

    [Theory]
    [InlineData(
        "catalogue:\n  - { of: [read workspace/**], tier: high, why: x }\n",
        "is no tool, and only tools have a tier"
    )]
    [InlineData("catalogue:\n  - { of: [tool a/*], why: x }\n", "the catalogue says nothing of these resources")]
    [InlineData("catalogue:\n  - { of: [raed a], is: { a: b }, why: x }\n", "`raed a` is no verb and pattern")]
    [InlineData("groups: { g: [a] }\n", "the group `g` is defined in two files")]
    public void Each_mistake_of_a_baseline_is_named(string text, string expected)
    {
        var load = WithBaseline(text + "rules:\n  - { deny: exec rm **, why: x }\n", Rule + "groups: { g: [b] }\n");

        load.Errors.Select(ManifestLoader.Describe).ShouldContain(line => line.Contains(expected), expected);
    }

    [Fact]
    public void Rules_that_ask_for_different_things_are_not_twice_the_same()
    {
        var load = Repository.LoadText(
            Head
                + "rules:\n  - { allow: exec a, why: x, when: time.hour == 1 }\n  - { allow: exec a, why: x, when: time.hour == 2 }\n"
                + "  - { allow: exec a, why: x, when: 2 == time.hour }\n"
        );

        load.Warnings.ShouldHaveSingleItem().Message.ShouldContain("stands twice");
    }

    [Theory]
    [InlineData("2026-12-21", "lapses after 2026-12-21, in 30 days")]
    [InlineData("2026-11-21", "lapses after 2026-11-21, in 0 days")]
    [InlineData("2026-11-20", "lapsed after 2026-11-20")]
    [InlineData("2026-12-22", null)]
    public void A_grant_that_lapses_soon_is_warned_of(string day, string? expected)
    {
        var load = ManifestLoader.Load(
            Head + $"rules:\n  - {{ allow: exec a, why: x, expires: {day} }}\n",
            "agent.yaml",
            _ => null,
            new DateOnly(2026, 11, 21)
        );

        load.Errors.ShouldBeEmpty();
        load.Warnings.Select(w => w.Message).ShouldBe(expected is null ? [] : [$"`allow: exec a` {expected}"]);
    }

    [Fact]
    public void Check_says_that_a_tool_rule_holds_for_what_the_gateway_stands_before()
    {
        var load = Repository.LoadText(Head + "rules:\n  - { allow: tool a/b, why: x }\n");

        var said = ManifestReport.Of(load.Manifest!).ShouldHaveSingleItem();
        said.Strength.ShouldBe(EnforcementStrength.Holds);
        said.Point.ShouldBe("tool gateway");
        said.Says.ShouldContain("is `exec`");
    }

    private static ManifestLoad WithBaseline(string baseline, string manifest) =>
        ManifestLoader.Load(
            Head + "extends: b.yaml\n" + manifest,
            "agent.yaml",
            _ => "apiVersion: bartizan/v1\n" + baseline
        );
}
