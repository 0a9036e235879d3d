using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Policies.Attacks;

/// <summary>
/// An agent that is fooled asks for everything to learn the rules: which hosts, files, credentials and people there are. What it
/// is told of a refusal holds the one rule that it lacks, and nothing of the others.
/// </summary>
public sealed class ToldAttacks
{
    [Fact]
    public void What_an_agent_is_told_quotes_no_rule_no_place_no_reason_and_no_credential()
    {
        var told = new HashSet<string>(StringComparer.Ordinal);
        for (var seed = 0; seed < 400; seed++)
        {
            var world = new RandomWorld(seed);
            var policy = Policy.Compile(world.Manifest);
            for (var i = 0; i < 50; i++)
            {
                var (target, known, _) = world.Action();
                var decision = policy.Screen(target, known);
                told.Add(decision.Told);
                decision.Needed?.ShouldNotContain("test.yaml");
            }
        }

        told.Order(StringComparer.Ordinal)
            .ShouldBeSubsetOf([
                "a person has to approve it",
                "a rule above the agent's own denies it",
                "it is allowed only under conditions, and they don't hold or can't be known",
                "its rules allow it",
                "its requests are looked at one by one, and only `http` rules allow them",
                "its rules contradict each other",
                "no rule allows it",
                "one of its rules denies it",
                "what stands above the agent's own rules doesn't allow it",
            ]);
        told.Count.ShouldBeGreaterThanOrEqualTo(7);
    }

    [Fact]
    public void A_lapsed_grant_is_not_quoted()
    {
        var rule = Rules.Rule("allow: connect secret-project.example:443") with { Expires = new DateOnly(2020, 1, 1) };
        var policy = Policy.Compile(
            Rules.Manifest([], []) with
            {
                Layers = [new RuleLayer("manifest", IsCeiling: false, [rule])],
            }
        );

        var decision = policy.Screen(Rules.Target("connect secret-project.example:443"), Rules.Now);

        decision.Reason.ShouldContain("lapsed");
        decision.Told.ShouldBe("no rule allows it");
    }

    [Fact]
    public void What_a_guard_found_is_for_the_record()
    {
        var policy = Rules.Compile("allow: connect a.example:443");
        var report = new GuardReport(
            Effect.Deny,
            Labels.None,
            ["the decision point pdp.internal.example can't be reached"]
        );

        var decision = policy.Decide(Rules.Target("connect a.example:443"), Circumstances.At(Rules.Now), report);

        decision.Reason.ShouldContain("pdp.internal.example");
        decision.Told.ShouldBe("a guard objects to the content");
    }

    [Fact]
    public void A_decision_that_nobody_put_into_words_for_the_agent_quotes_no_rule()
    {
        var rule = new RuleReference("manifest", "deny: read /srv/plans/**", "Secret plans.", "/home/x/agent.yaml:3:5");
        var decision = new Decision { Rules = [rule], Reason = $"`{rule.Text}` ({rule.Place}) denies it: {rule.Why}" };

        decision.Told.ShouldBe("its rules don't allow it");
        Decision.Deny("the session is not running").Told.ShouldBe("the session is not running");
    }
}
