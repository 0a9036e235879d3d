using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Manifests;

/// <summary>What an `egress` gives to code and to tool servers: never more than everything lets it that holds for their agent.</summary>
public sealed class SiblingManifestTests
{
    [Fact]
    public void An_egress_gives_nothing_that_a_baseline_denies()
    {
        var beside = Beside("*.corp.example", "deny: connect admin.corp.example:443");

        beside.Screen("connect api.corp.example:443").Effect.ShouldBe(Effect.Allow);
        beside.Screen("connect admin.corp.example:443").Effect.ShouldBe(Effect.Deny);
        beside.Screen("connect api.corp.example:8443").Effect.ShouldBe(Effect.Deny);
        beside.Screen("http GET http://api.corp.example/").Effect.ShouldBe(Effect.Deny);
    }

    [Theory]
    [InlineData("deny: http * https://a.corp.example/**", "")]
    [InlineData("deny: http POST https://a.corp.example/**", "")] // in a tunnel nobody would see which it is
    [InlineData("allow: connect b.corp.example:443", "")] // a list: what it leaves out is denied
    [InlineData("allow: http GET https://a.corp.example/**", "")]
    [InlineData("", "deny: connect a.corp.example:443")]
    [InlineData("", "deny: connect **.corp.example:*")]
    [InlineData("", "deny: http POST https://a.corp.example/x")]
    [InlineData("", "deny: connect a.corp.example:443\n    when: env.name == \"development\"")]
    public void What_takes_a_host_from_the_agent_takes_it_from_what_runs_beside_it(string baseline, string own)
    {
        Beside("*.corp.example", "", "").Screen("connect a.corp.example:443").Effect.ShouldBe(Effect.Allow);

        Beside("*.corp.example", baseline, own).Screen("connect a.corp.example:443").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void What_a_baseline_asks_for_its_agent_is_asked_for_what_runs_beside_it()
    {
        Beside("*.corp.example", "ask: connect **.corp.example:443")
            .Screen("connect a.corp.example:443")
            .Effect.ShouldBe(Effect.Ask);
    }

    [Fact]
    public void Nothing_that_the_agent_may_do_itself_is_given_along()
    {
        var beside = Beside("a.example", "", "allow: connect b.example:443", "allow: http * https://c.example/**");

        beside.Screen("connect a.example:443").Effect.ShouldBe(Effect.Allow);
        beside.Screen("connect b.example:443").Effect.ShouldBe(Effect.Deny);
        beside.Screen("connect c.example:443").Effect.ShouldBe(Effect.Deny);
        beside.Screen("http GET https://c.example/").Effect.ShouldBe(Effect.Deny);
        beside.Screen("tool code/run").Effect.ShouldBe(Effect.Deny);
    }

    [Fact]
    public void A_denial_by_what_the_agent_has_read_counts_what_it_reads_while_the_other_runs()
    {
        var manifest = Load(
            "a.example",
            "deny: connect a.example:443\n    when: \"\\\"private\\\" in session.labels\""
        );
        var (agent, _) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "alice", false);
        var sibling = SiblingManifest.Of(manifest, "code", ["a.example"]);
        var (beside, _) = Session.OpenBeside(agent, SessionId.New(), sibling, Policy.Compile(sibling));
        var to = Rules.Target("connect a.example:443");

        Decide().ShouldBe(Effect.Allow);
        agent.AddLabels(Labels.Private);

        Decide().ShouldBe(Effect.Deny);
        beside.CarriedLabels.ShouldBe(Labels.Private);
        beside.Payer.ShouldBe(agent);
        beside.AddLabels(Labels.Untrusted);
        agent.Labels.ShouldBe(Labels.Private);
        beside.Labels.ShouldBe(Labels.Private | Labels.Untrusted);

        Effect Decide() => beside.Policy.Screen(to, Circumstances.Of(beside, Rules.Now, default)).Effect;
    }

    [Fact]
    public void What_is_never_reached_is_told_when_the_manifest_is_checked()
    {
        Warnings("admin.corp.example", "deny: connect admin.corp.example:443").ShouldContain("is never reached");
        Warnings("admin.corp.example", "allow: connect b.example:443").ShouldContain("allows only what its own rules");
        Warnings("a.example", "", "hosts: { a.example: { cookies: keep } }").ShouldContain("keeps its cookies");
        Warnings("*.corp.example", "deny: connect admin.corp.example:443").ShouldNotContain("is never reached");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("**.com")]
    [InlineData("a.example:0")]
    [InlineData("a.example:70000")]
    public void What_names_every_host_or_none_is_a_load_error(string egress) =>
        LoadOf(egress, "").Manifest.ShouldBeNull();

    private static string Warnings(string egress, string baseline, string more = "") =>
        string.Join('\n', LoadOf(egress, baseline, more: more).Warnings.Select(ManifestLoader.Describe));

    private static Policy Beside(string egress, string baseline, params string[] own) =>
        Policy.Compile(SiblingManifest.Of(Load(egress, baseline, own), "code", [egress]));

    private static Manifest Load(string egress, string baseline, params string[] own)
    {
        var load = LoadOf(egress, baseline, own);
        return load.Manifest.ShouldNotBeNull(string.Join('\n', load.Errors.Select(ManifestLoader.Describe)));
    }

    private static ManifestLoad LoadOf(string egress, string baseline, string[]? own = null, string more = "")
    {
        string[] rules = ["allow: tool code/run", .. own ?? []];
        return ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            environment: development
            extends: ./corp.yaml
            code: { languages: { python: [python3] }, egress: ["{{egress}}"] }
            {{more}}
            rules:
            {{Text(rules)}}
            """,
            "agent.yaml",
            _ => $"apiVersion: bartizan/v1\nrules:\n{Text([baseline, "deny: exec rm"])}\n"
        );
    }

    private static string Text(IEnumerable<string> rules) =>
        string.Join('\n', rules.Where(rule => rule.Length > 0).Select(rule => $"  - {rule}\n    why: A test."));
}
