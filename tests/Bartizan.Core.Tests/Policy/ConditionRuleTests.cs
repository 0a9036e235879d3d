using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Policies;

/// <summary>Rules with <c>when</c>: what they read, and what becomes of what isn't known.</summary>
public sealed class ConditionRuleTests
{
    private const string Baseline =
        "apiVersion: bartizan/v1\ngroups: { ops: [bob] }\npeople: { bob: { region: eu }, eve: { region: us } }\n"
        + "catalogue:\n"
        + "  - { of: [tool crm/*, connect crm.example:443], is: { region: eu, class: internal }, why: x }\n"
        + "  - { of: [tool crm/export], is: { class: secret }, why: x }\n"
        + "  - { of: [read workspace/open/**], is: { class: open }, why: x }\n"
        + "  - { of: [exec ls **], is: { class: open }, why: x }\n"
        + "rules:\n  - { deny: exec rm **, why: x }\n";

    [Theory]
    [InlineData("tool crm/find", "user.region == resource.region", "bob", true)]
    [InlineData("tool crm/find", "user.region == resource.region", "eve", false)]
    [InlineData("tool crm/find", "user.region == resource.region", "ann", false)]
    [InlineData("connect crm.example:443", "resource.class == 'internal'", "bob", true)]
    [InlineData("connect crm.example:444", "resource.class == 'internal'", "bob", false)]
    [InlineData("tool crm/find", "'ops' in user.groups", "bob", true)]
    [InlineData("tool crm/find", "'ops' in user.groups", "eve", false)]
    [InlineData("tool crm/find", "!('ops' in user.groups)", "eve", true)]
    [InlineData("tool crm/find", "env.name == 'production' && agent.name == 'a' && agent.version == 1", "eve", true)]
    [InlineData("tool crm/find", "env.name == 'staging'", "eve", false)]
    [InlineData("tool crm/find", "!('untrusted' in session.labels)", "eve", true)]
    [InlineData("tool crm/find", "'untrusted' in session.labels", "eve", false)]
    [InlineData("tool crm/find", "time.hour == 4", "eve", true)]
    [InlineData("tool crm/find", "time.hour == 3", "eve", false)]
    [InlineData("tool crm/find", "args.n == 1 && action.count == 3 && action.bulk", "eve", true)]
    [InlineData("tool crm/find", "args.m == 1", "eve", false)]
    [InlineData("tool crm/find", "!(args.m == 1)", "eve", false)]
    [InlineData("tool crm/export", "resource.class == 'secret'", "eve", false)]
    [InlineData("tool crm/export", "resource.region == 'eu'", "eve", true)]
    [InlineData("read workspace/open/a", "resource.class == 'open'", "eve", true)]
    [InlineData("read workspace/open/a -> workspace/open/b", "resource.class == 'open'", "eve", true)]
    [InlineData("read workspace/open/a -> workspace/shut", "resource.class == 'open'", "eve", false)]
    [InlineData("exec ls -l", "resource.class == 'open'", "eve", true)]
    [InlineData("exec /tmp/ls -l", "resource.class == 'open'", "eve", false)]
    public void An_allow_applies_where_its_condition_certainly_holds(
        string target,
        string when,
        string person,
        bool holds
    )
    {
        var pattern = target.Split(' ')[0] switch
        {
            "tool" => "tool crm/*",
            "connect" => "connect crm.example:*",
            "exec" => "exec * **",
            _ => "read workspace/**",
        };
        var policy = Compile(
            $"  - {{ allow: \"{pattern}\", why: x, accept_wide: y, when: \"{when}\" }}\n",
            out var manifest
        );

        policy
            .Screen(Rules.Target(target), Known(manifest, person))
            .Effect.ShouldBe(holds ? Effect.Allow : Effect.Deny);
    }

    [Theory]
    [InlineData("args.amount > 1000", Effect.Deny, "unknown: the argument is absent")]
    [InlineData("args.n > 1000", Effect.Allow, "certainly not")]
    [InlineData("args.n == 1", Effect.Deny, "certainly so")]
    [InlineData("user.department == 'x'", Effect.Deny, "unknown: nobody said it")]
    [InlineData("resource.owner != 'x'", Effect.Deny, "unknown: the catalogue doesn't say")]
    public void A_deny_applies_unless_its_condition_certainly_fails(string when, Effect expected, string why)
    {
        var policy = Compile(
            $"  - {{ allow: tool crm/*, why: x }}\n  - {{ deny: tool crm/find, why: x, when: \"{when}\" }}\n",
            out var manifest
        );

        policy.Screen(Rules.Target("tool crm/find"), Known(manifest, "bob")).Effect.ShouldBe(expected, why);
    }

    [Fact]
    public void An_entry_of_a_path_says_nothing_of_the_tunnel_and_one_of_the_tunnel_says_it_of_each_request()
    {
        var rules = "  - { allow: \"connect **:443\", why: x, accept_wide: y, when: \"resource.class == 'public'\" }\n";
        const string Path = "  - { of: [\"http GET https://h.example/public/**\"], is: { class: public }, why: x }\n";
        Catalogued(rules, Path).Screen("connect h.example:443").Effect.ShouldBe(Effect.Deny);

        var within = Catalogued(
            "  - { allow: \"http GET https://h.example/a\", why: x }\n"
                + "  - { deny: \"connect **:443\", why: x, when: \"resource.class == 'restricted'\" }\n",
            "  - { of: [\"connect h.example:443\"], is: { class: restricted }, why: x }\n"
                + "  - { of: [\"http * https://h.example/**\"], is: { class: internal }, why: x }\n"
        );
        within.Screen("http GET https://h.example/a").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void What_a_caller_does_not_know_is_stricter()
    {
        var allow = Compile("  - { allow: tool crm/*, why: x, when: \"!('untrusted' in session.labels)\" }\n", out _);
        var deny = Compile(
            "  - { allow: tool crm/*, why: x }\n  - { deny: tool crm/*, why: x, when: \"user.id == 'eve'\" }\n",
            out _
        );

        allow.Screen("tool crm/find").Effect.ShouldBe(Effect.Deny);
        deny.Screen("tool crm/find").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void The_zone_is_the_one_of_the_file_that_the_rule_stands_in()
    {
        var policy = Compile(
            "  - { allow: exec a, why: x, when: time.hour == 5 }\n",
            out var manifest,
            "time_zone: Europe/Kyiv\n"
        );

        policy.Screen(Rules.Target("exec a"), Known(manifest, "bob")).Effect.ShouldBe(Effect.Allow);
    }

    [Theory]
    [InlineData("user.nam == 'x'", "character")]
    [InlineData("args.x == 1", "character")]
    [InlineData("env.name == 'prod'", "character")]
    [InlineData("resource.tier == 'hgh'", "character")]
    public void A_condition_that_can_not_be_is_a_load_error(string when, string expected)
    {
        var load = Load($"  - {{ allow: exec a, why: x, when: \"{when}\" }}\n", "");

        load.Errors.ShouldHaveSingleItem().Message.ShouldContain(expected);
    }

    [Fact]
    public void The_digest_counts_what_conditions_mean_and_read()
    {
        Digest Of(string when, string extra = "") =>
            Compile($"  - {{ allow: exec a, why: x, when: \"{when}\" }}\n", out _, extra).Digest;

        Of("user.id == 'a' && user.id != 'b'").ShouldBe(Of("!('b' == user.id) && 'a' == user.id"));
        Of("user.id == 'a'").ShouldNotBe(Of("user.id == 'b'"));
        Of("user.id == 'a'").ShouldNotBe(Of("user.id == 'a'", "groups: { more: [x] }\n"));
        Of("time.hour == 3").ShouldNotBe(Of("time.hour == 3", "time_zone: Europe/Kyiv\n"));
        Of("env.name == 'staging'").ShouldBe(Of("env.name == 'staging'", "time_zone: Europe/Kyiv\n"));
        Of("agent.version == 1").ShouldNotBe(Of("agent.version == 1", "version: 2\n"));
        Of("env.name == 'staging'").ShouldBe(Of("env.name == 'staging'", "version: 2\n"));
    }

    [Theory]
    [InlineData("user.region == 'eu'")]
    [InlineData("resource.region == 'eu'")]
    [InlineData("time.hour < 9")]
    [InlineData("args.n == 1")]
    public void A_conditional_rule_is_decided_without_allocating(string when)
    {
        var policy = Compile($"  - {{ allow: tool crm/*, why: x, when: \"{when}\" }}\n", out var manifest);
        var known = Known(manifest, "bob");
        var target = Rules.Target("tool crm/find");
        policy.Screen(target, known).Effect.ShouldBe(Effect.Allow);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            policy.Screen(target, known);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    // 03:00 in UTC; the baseline and the manifest say Europe/Berlin.
    private static Circumstances Known(Manifest manifest, string person) =>
        new()
        {
            Now = Rules.Now,
            User = User.Of(manifest, person),
            Labels = Labels.None,
            Arguments = JsonDocument.Parse("""{"n":1,"to":[1,2,3]}""").RootElement,
        };

    private static Policy Compile(string rules, out Manifest manifest, string extra = "time_zone: Europe/Berlin\n")
    {
        var load = Load(rules, extra);
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        manifest = load.Manifest!;
        return Policy.Compile(manifest);
    }

    private static Policy Catalogued(string rules, string entries)
    {
        var load = ManifestLoader.Load(
            "apiVersion: bartizan/v1\nagent: a\nextends: b.yaml\nrules:\n" + rules,
            "agent.yaml",
            _ => $"apiVersion: bartizan/v1\ncatalogue:\n{entries}rules:\n  - {{ deny: exec rm **, why: x }}\n"
        );
        load.Errors.Select(ManifestLoader.Describe).ShouldBeEmpty();
        return Policy.Compile(load.Manifest!);
    }

    private static ManifestLoad Load(string rules, string extra) =>
        ManifestLoader.Load(
            "apiVersion: bartizan/v1\nagent: a\nextends: b.yaml\n" + extra + "rules:\n" + rules,
            "agent.yaml",
            _ => Baseline
        );
}
