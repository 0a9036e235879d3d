using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Narrowing;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies.Attacks;

/// <summary>
/// Forges take <c>acme/PAYROLL</c> for <c>acme/payroll</c>: whoever writes a repository's name in another case gets no more by it.
/// </summary>
public sealed class GitCaseTests
{
    private const string All =
        "  - allow: tool forge/*\n    args: { repository: { glob: \"acme/*\" } }\n    why: A test.\n";

    [Theory]
    [InlineData("deny: tool forge/fetch", "in: [acme/payroll]")]
    [InlineData("deny: tool forge/*", "in: [Acme/Payroll]")]
    [InlineData("deny: tool forge/**", "glob: \"acme/pay*\"")]
    [InlineData("deny: tool */fetch", "glob: \"{other/x,ACME/PAYROLL}\"")]
    [InlineData("deny: tool {forge,other}/fetch", "path: acme/payroll")]
    public void A_denied_repository_is_denied_in_any_case(string rule, string argument)
    {
        var manifest = Load(All + Rule(rule, argument));

        foreach (var name in new[] { "acme/payroll", "acme/PAYROLL", "acme/Payroll", "acme/pAyroll" })
        {
            Decide(manifest, name).ShouldBe(Effect.Deny, name);
        }

        Decide(manifest, "acme/site").ShouldBe(Effect.Allow);
    }

    [Fact]
    public void What_a_person_is_asked_is_asked_in_any_case()
    {
        var manifest = Load(All + Rule("ask: tool forge/fetch", "in: [acme/site]"));

        Decide(manifest, "acme/site").ShouldBe(Effect.Ask);
        Decide(manifest, "acme/SITE").ShouldBe(Effect.Ask);
        Decide(manifest, "acme/other").ShouldBe(Effect.Allow);
    }

    [Fact]
    public void What_is_allowed_is_allowed_as_it_is_written_alone()
    {
        var manifest = Load(Rule("allow: tool forge/fetch", "in: [Acme/App]"));

        Decide(manifest, "Acme/App").ShouldBe(Effect.Allow);
        Decide(manifest, "acme/app").ShouldBe(Effect.Deny);
    }

    [Fact]
    public void A_tool_of_another_server_is_compared_by_the_letter()
    {
        var servers = "servers:\n  docs: { url: \"https://docs.example/mcp\" }\n";
        var manifest = Load(
            "  - allow: tool docs/read\n    why: A test.\n" + Rule("deny: tool docs/read", "in: [a]") + servers
        );

        Decide(manifest, "A", "docs", "read").ShouldBe(Effect.Allow);
    }

    [Fact]
    public void A_baselines_denial_holds_in_any_case_too()
    {
        var manifest = Load(
            All,
            "extends: ./floor.yaml\n",
            "apiVersion: bartizan/v1\nrules:\n" + Rule("deny: tool **", "in: [acme/payroll]")
        );

        Decide(manifest, "acme/PayRoll").ShouldBe(Effect.Deny);
    }

    [Fact]
    public void A_condition_that_compares_it_by_the_letter_is_told() =>
        Read(All + "  - deny: tool forge/push\n    when: args.repository == \"acme/payroll\"\n    why: A test.\n")
            .Warnings.ShouldContain(w => w.Message.Contains("by the letter", StringComparison.Ordinal));

    [Fact]
    public void A_grant_of_the_other_case_is_no_part_of_what_denies_it()
    {
        var capitals = Load(Rule("allow: tool forge/fetch", "in: [acme/PAYROLL]"));
        var denied = Load(All + Rule("deny: tool forge/fetch", "in: [acme/payroll]"));

        NarrowingProof.Of(capitals, denied, Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(denied, denied, Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(denied, Load(All), Rules.Now).Answer.ShouldBe(NarrowingAnswer.Proved);
        NarrowingProof.Of(Load(All), denied, Rules.Now).Answer.ShouldNotBe(NarrowingAnswer.Proved);
    }

    private static Effect Decide(Manifest manifest, string repository, string server = "forge", string tool = "fetch")
    {
        var arguments = JsonSerializer.SerializeToElement(
            new Dictionary<string, string> { ["repository"] = repository }
        );
        var question = new Question
        {
            Target = new ToolTarget(server, tool),
            Arguments = arguments,
            Time = Rules.Now,
        };
        var (tables, naive) = (
            question.Ask(Policy.Compile(manifest), manifest, Rules.Now).Decision.Effect,
            question.Ask(Policy.CompileNaive(manifest), manifest, Rules.Now).Decision.Effect
        );
        tables.ShouldBe(naive);
        return tables;
    }

    private static string Rule(string rule, string argument) =>
        $"  - {rule}\n    args: {{ repository: {{ {argument} }} }}\n    why: A test.\n";

    private static Manifest Load(string rules, string head = "", string? baseline = null)
    {
        var load = Read(rules, head, baseline);
        load.Errors.ShouldBeEmpty();
        return load.Manifest!;
    }

    private static ManifestLoad Read(string rules, string head = "", string? baseline = null) =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            environment: development
            {{head}}git:
              forge:
                url: "ssh://git@git.example/"
                host_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIH7uz5fM0JxJxkKdqoe3C6TqRkqZJ9bRrFQkGQxkSb5A"
                with: key
            credentials:
              key: { from: "vault:forge/key" }
            rules:

            """ + rules,
            "agent.yaml",
            _ => baseline
        );
}
