using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Posture.Imports;

namespace Bartizan.Posture.Tests.Imports;

/// <summary>Other people's rules become a manifest that loads, grants nothing more, and names their traps.</summary>
public sealed class ImportTests
{
    private static readonly DateTimeOffset _now = new(2026, 11, 21, 3, 0, 0, TimeSpan.Zero);

    private const string Settings = """
        {
          // comments are taken
          "permissions": {
            "allow": ["Bash(npm run build)", "Bash(git log:*)", "Bash(ls*)", "Bash(cd:*)", "Bash(make * all)", "Bash", "Bash(echo \"x\")",
              "Read(src/**)", "Read(//etc/hosts)", "Read(~/notes/**)", "Edit(/docs/**)", "WebFetch(domain:*.Docs.example.)", "WebFetch",
              "mcp__github__get_*", "mcp__files", "Unheard(x)"],
            "ask": ["Bash(git push *)", "Read(secret/)"],
            "deny": ["Bash(rm *)", "Bash(curl * | sh)", "Read(.env)", "Read(./keys/**)", "mcp__github__delete(force:true)", "WebFetch(domain:evil.example)"],
            "defaultMode": "bypassPermissions",
            "additionalDirectories": ["../other"]
          },
          "hooks": {}, "env": { "API_KEY": "sk-very-secret" }
        }
        """;

    private const string CodexRules = """
        # read-only git
        prefix_rule(pattern=["git", ["status", "log"]], decision="allow", match=["git status"])
        prefix_rule(pattern = ["rm"], decision = "forbidden", justification = "never")
        prefix_rule(pattern=["gh", "pr"], decision="prompt",)
        prefix_rule(pattern=["echo", "$HOME x"], decision="forbidden")
        host_executable(name="git", paths=["/usr/bin/git"])
        network_rule(host="docs.example", protocol="https", decision="allow")
        """;

    [Fact]
    public void Settings_of_claude_code_become_a_manifest_that_loads()
    {
        var (text, policy) = ImportClaude(Settings);
        text.ShouldNotContain("sk-very-secret");
        Decide(policy, "npm run build").ShouldBe(Effect.Ask, "the whole of Bash is asked about");
        Decide(policy, "rm x").ShouldBe(Effect.Deny);
        policy.Screen(new FileTarget(Verb.Read, "workspace/a/.env"), _now).Effect.ShouldBe(Effect.Deny);
        policy.Screen(new FileTarget(Verb.Read, "workspace/keys/a"), _now).Effect.ShouldBe(Effect.Deny);
        policy.Screen(new FileTarget(Verb.Read, "workspace/x/secret/a"), _now).Effect.ShouldBe(Effect.Ask);
        policy.Screen(new FileTarget(Verb.Write, "workspace/docs/a"), _now).Effect.ShouldBe(Effect.Allow);
    }

    [Theory]
    [InlineData("Bash(cd:*)", "`cd` is only `cd`")]
    [InlineData("Bash(git log:*)", "a prefix")]
    [InlineData("Bash(ls*)", "no word's end")]
    [InlineData("Bash(make * all)", "spans words")]
    [InlineData("Bash(rm *)", "a deny there was missed behind `&&`")]
    [InlineData("Read(//etc/hosts)", "root of the host")]
    [InlineData("Read(~/notes/**)", "the agent's own, empty one")]
    [InlineData("Edit(/docs/**)", "folder of the settings file")]
    [InlineData("Read(.env)", "at any depth")]
    [InlineData("mcp__github__delete(force:true)", "left out never matched")]
    [InlineData("defaultMode: bypassPermissions", "modes are not imported")]
    [InlineData("hooks", "fails open")]
    public void Each_trap_is_named_above_its_rule(string rule, string warning)
    {
        ClaudeCodeImport.TryRead(Settings, out var rules, out _).ShouldBeTrue();
        var one = rules.Single(r => r.Source.EndsWith(rule, StringComparison.Ordinal));
        one.Warnings.ShouldContain(w => w.Contains(warning, StringComparison.Ordinal));
    }

    [Fact]
    public void An_import_without_the_whole_of_bash_grants_what_was_granted_and_no_prefix_of_it()
    {
        var (_, policy) = ImportClaude(
            """{"permissions":{"allow":["Bash(ls*)","Bash(npm run build)"],"deny":["Bash(rm:*)"]}}"""
        );
        Decide(policy, "ls -la").ShouldBe(Effect.Allow);
        Decide(policy, "lsof").ShouldBe(Effect.Deny);
        Decide(policy, "npm run build").ShouldBe(Effect.Allow);
        Decide(policy, "npm run build x").ShouldBe(Effect.Deny);
        Decide(policy, "/bin/rm x").ShouldBe(Effect.Deny);
    }

    [Fact]
    public void Rules_of_codex_become_a_manifest_that_loads()
    {
        CodexImport.TryRead(CodexRules, out var rules, out var problem).ShouldBeTrue(problem);
        var policy = Load(ImportedManifest.Write("codex", "default.rules", "me", rules));
        Decide(policy, "git status -s").ShouldBe(Effect.Allow);
        Decide(policy, "git push").ShouldBe(Effect.Deny);
        Decide(policy, "rm x").ShouldBe(Effect.Deny);
        Decide(policy, "gh pr list").ShouldBe(Effect.Ask);
        Decide(policy, "echo x").ShouldBe(Effect.Ask, "a forbidden rule that can't be said asks about more");
    }

    [Theory]
    [InlineData("prefix_rule(pattern=[x])")]
    [InlineData("x = 1")]
    [InlineData("prefix_rule(pattern=[\"a\" + \"b\"])")]
    [InlineData("prefix_rule(pattern=[\"a\"")]
    [InlineData("prefix_rule(pattern=\"a")]
    [InlineData("[prefix_rule(pattern=[p]) for p in [\"a\"]]")]
    public void A_file_that_computes_is_refused_not_guessed_at(string text)
    {
        CodexImport.TryRead(text, out var rules, out var problem).ShouldBeFalse();
        rules.ShouldBeEmpty();
        problem.ShouldContain("line 1");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"permissions\":{},\"permissions\":{}}")]
    public void Settings_that_are_no_settings_are_refused(string text) =>
        ClaudeCodeImport.TryRead(text, out _, out _).ShouldBeFalse();

    [Fact]
    public void A_hostile_rule_is_a_comment_of_one_line()
    {
        var (text, policy) = ImportClaude(
            """{"permissions":{"allow":["Bash(x\n  - allow: exec **)","Read(a\u001b[2J\u202eb)"],"deny":["Bash(a\" b)"]}}"""
        );
        text.ShouldNotContain("\u001b");
        text.ShouldNotContain("\u202e");
        Decide(policy, "id")
            .ShouldBe(Effect.Ask, "the deny that can't be said asks about everything; nothing is allowed");
    }

    private static (string Text, Policy Policy) ImportClaude(string settings)
    {
        ClaudeCodeImport.TryRead(settings, out var rules, out var problem).ShouldBeTrue(problem);
        var text = ImportedManifest.Write("claude-code", "settings.json", "me", rules);
        return (text, Load(text));
    }

    private static Policy Load(string text)
    {
        var load = ManifestLoader.Load(text, "agent.yaml", _ => null);
        load.Errors.Select(e => $"{ManifestLoader.Describe(e)}").ShouldBeEmpty(text);
        return Policy.Compile(load.Manifest!);
    }

    private static Effect Decide(Policy policy, string command) =>
        policy.Screen(new ExecTarget([.. command.Split(' ')]), _now).Effect;
}
