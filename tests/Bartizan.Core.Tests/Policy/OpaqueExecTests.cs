using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What rules say of a command that can't be read before it runs, and of one with several spellings.</summary>
public sealed class OpaqueExecTests
{
    private static readonly ExecTarget Script = ExecTarget.Opaque("eval \"$X\"");

    [Theory]
    [InlineData("deny: exec rm **")]
    [InlineData("deny: exec git push")]
    [InlineData("deny: exec /usr/bin/x")]
    public void An_opaque_command_is_denied_by_every_deny(string deny) =>
        Decide("allow: exec **", "ask: exec **", deny).Rules.ShouldHaveSingleItem().Text.ShouldStartWith(deny[..10]);

    [Fact]
    public void An_opaque_command_is_asked_by_every_ask() =>
        Decide("allow: exec **", "ask: exec git push").Effect.ShouldBe(Effect.Ask);

    [Theory]
    [InlineData("allow: exec **")]
    [InlineData("allow: exec *")]
    [InlineData("allow: exec eval **")]
    public void An_opaque_command_is_allowed_by_no_allow(string allow)
    {
        var decision = Decide(allow);
        decision.Effect.ShouldBe(Effect.Deny);
        decision.Needed.ShouldBeNull();
    }

    [Fact]
    public void A_ceiling_that_lists_commands_lets_no_opaque_one_pass() =>
        Rules.Compile(["ask: exec **"], ["allow: exec **"]).Screen(Script, Rules.Now).Effect.ShouldBe(Effect.Deny);

    [Fact]
    public void Under_the_floor_an_opaque_command_is_denied_and_without_the_floors_commands_asked()
    {
        const string manifest =
            "apiVersion: bartizan/v1\nagent: a\nextends: ./base.yaml\nrules:\n  - { ask: exec **, why: x }\n";
        var floor = Baselines.Read(Baselines.Floor)!;
        var lines = floor.Split('\n').ToList();
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            if (lines[i].StartsWith("  - deny: exec ", StringComparison.Ordinal))
            {
                lines.RemoveRange(i, 2);
            }
        }

        Effect Under(string baseline) =>
            Policy
                .Compile(ManifestLoader.Load(manifest, "agent.yaml", _ => baseline).Manifest!)
                .Screen(Script, Rules.Now)
                .Effect;

        Under(floor).ShouldBe(Effect.Deny);
        Under(string.Join('\n', lines)).ShouldBe(Effect.Ask);
    }

    [Fact]
    public void A_denial_of_an_opaque_command_is_explained() =>
        Rules
            .Compile("allow: exec git **", "deny: exec rm **")
            .Explain(Script, Rules.Now)
            .Layers[0]
            .Matched.ShouldHaveSingleItem()
            .Text.ShouldContain("rm");

    [Fact]
    public void A_deny_meets_any_spelling_of_a_command_and_an_allow_only_the_first()
    {
        var target = new ExecTarget("rm", "-f", "-r", "x")
        {
            Spellings =
            [
                ["rm", "-rf", "x"],
                ["/usr/bin/rm", "x"],
            ],
        };
        Rules
            .Compile("allow: exec rm **", "deny: exec rm -rf **")
            .Screen(target, Rules.Now)
            .Effect.ShouldBe(Effect.Deny);
        Rules
            .Compile("allow: exec rm **", "ask: exec /usr/bin/rm **")
            .Screen(target, Rules.Now)
            .Effect.ShouldBe(Effect.Ask);
        Rules.Compile("allow: exec rm -rf **").Screen(target, Rules.Now).Effect.ShouldBe(Effect.Deny);
        Rules.Compile("allow: exec rm **").Screen(target, Rules.Now).Effect.ShouldBe(Effect.Allow);
    }

    private static Decision Decide(params System.Collections.Immutable.ImmutableArray<string> rules) =>
        Rules.Compile(rules).Screen(Script, Rules.Now);
}
