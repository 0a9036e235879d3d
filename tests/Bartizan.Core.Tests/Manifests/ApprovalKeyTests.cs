using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Shell;

namespace Bartizan.Core.Tests.Manifests;

/// <summary><c>approval</c>, as files say it, and what a decision carries of it.</summary>
public sealed class ApprovalKeyTests
{
    private const string Head = "apiVersion: bartizan/v1\nagent: a\ngroups: { maintainers: [bob, ann] }\n";

    [Fact]
    public void An_ask_says_who_how_many_how_soon_and_who_not()
    {
        var terms = TermsOf("{ by: [maintainers, cy], quorum: 2, within: 5m, separate: [starter, author] }");

        terms.By.ShouldBe(["ann", "bob", "cy"]);
        terms.Quorum.ShouldBe(2);
        terms.Within.ShouldBe(TimeSpan.FromMinutes(5));
        terms.SeparatesStarter.ShouldBeTrue();
        terms.SeparatesAuthor.ShouldBeTrue();
        TermsOf("{ by: maintainers }").ShouldBe(new ApprovalTerms { By = ["ann", "bob"] });
        TermsOf("{ scope: session }").Uses.ShouldBe(ApprovalScope.Session);
        TermsOf("{ scope: 5 }").Uses.ShouldBe(5);
        TermsOf("{ within: 1m }").ShouldBe(new ApprovalTerms { Within = TimeSpan.FromMinutes(1) });
    }

    [Theory]
    [InlineData("ask", "{ quorum: 2 }", "`quorum` and `separate` need `by`")]
    [InlineData("ask", "{ separate: [starter] }", "`quorum` and `separate` need `by`")]
    [InlineData("ask", "{ separate: [author] }", "`quorum` and `separate` need `by`")]
    [InlineData("ask", "{ by: maintainers, quorum: 3 }", "`quorum` is 3, and `by` names 2")]
    [InlineData("ask", "{ by: [ann, ann], quorum: 2 }", "`quorum` is 2, and `by` names 1")]
    [InlineData("ask", "{ by: ann, quorum: 0 }", "`quorum` must be a whole number from 1 to 10")]
    [InlineData("ask", "{ by: ann, quorum: -1 }", "`quorum` must be a whole number from 1 to 10")]
    [InlineData("ask", "{ by: ann, within: 25h }", "an action can't wait that long for a person")]
    [InlineData("ask", "{ by: ann, separate: [nobody] }", "`separate` can't be `nobody`")]
    [InlineData("ask", "{ by: [] }", "`by` is empty")]
    [InlineData("ask", "{ scope: 0 }", "`scope`: `0` is no scope")]
    [InlineData("ask", "{ scope: -1 }", "`scope`: `-1` is no scope")]
    [InlineData("ask", "{ scope: 1001 }", "`scope`: `1001` is no scope")]
    [InlineData("ask", "{ scope: always }", "`scope`: `always` is no scope")]
    [InlineData("allow", "{ by: ann }", "`approval` can't stand on a rule that says `allow`")]
    [InlineData("deny", "{ by: ann }", "`approval` can't stand on a rule that says `deny`")]
    public void Terms_that_can_not_be_met_or_mean_nothing_are_an_error(string effect, string approval, string says)
    {
        var load = Load(effect, approval);

        load.Manifest.ShouldBeNull();
        load.Errors.Select(ManifestLoader.Describe).ShouldContain(line => line.Contains(says), says);
    }

    [Fact]
    public void A_decision_carries_the_terms_of_every_rule_that_asks()
    {
        var manifest = Repository
            .LoadText(
                Head
                    + "rules:\n  - ask: exec a\n    approval: { by: ann }\n    why: x\n"
                    + "  - ask: exec *\n    approval: { by: bob }\n    why: x\n  - ask: exec {a,b}\n    why: x\n"
                    + "  - ask: exec **\n    accept_wide: x\n    approval: { by: bob }\n    why: x\n"
            )
            .Manifest!;

        var decision = Policy.Compile(manifest).Screen(new ExecTarget("a"), DateTimeOffset.UnixEpoch);

        decision.Effect.ShouldBe(Effect.Ask);
        decision.Obligations.Approvals.Select(terms => terms.By.Single()).ShouldBe(["ann", "bob"]);
    }

    [Fact]
    public void A_call_of_several_commands_is_asked_under_the_terms_of_each()
    {
        var policy = Policy.Compile(
            Repository
                .LoadText(
                    Head
                        + "rules:\n  - ask: exec a\n    approval: { by: ann }\n    why: x\n"
                        + "  - ask: exec b\n    approval: { by: bob }\n    why: x\n  - ask: exec c\n    why: x\n"
                )
                .Manifest!
        );

        var decision = ShellActions
            .Of("a && c && b", "/workspace", new ShellPlaces { FindProgram = _ => [] })
            .Decide(target => policy.Screen(target, DateTimeOffset.UnixEpoch));

        decision.Effect.ShouldBe(Effect.Ask);
        decision.Obligations.Approvals.Select(terms => terms.By.Single()).ShouldBe(["ann", "bob"]);
        decision.Rules.Length.ShouldBe(3);
    }

    [Fact]
    public void Who_answers_is_part_of_the_policy()
    {
        Digest Of(string approval) => Policy.Compile(Load("ask", approval).Manifest!).Digest;

        Of("{ by: ann }").ShouldNotBe(Of("{ by: bob }"));
        Of("{ by: [ann, bob] }").ShouldBe(Of("{ by: maintainers }"));
        Of("{ by: maintainers, quorum: 2 }").ShouldNotBe(Of("{ by: maintainers }"));
    }

    [Fact]
    public void A_manifest_can_not_name_the_people_of_its_baselines_asks()
    {
        const string Baseline =
            "apiVersion: bartizan/v1\nrules:\n  - ask: exec **\n    approval: { by: security }\n    why: x\n";
        var load = ManifestLoader.Load(
            "apiVersion: bartizan/v1\nagent: a\nextends: ./b.yaml\ngroups: { security: [mallory] }\n"
                + "rules:\n  - allow: exec a\n    why: x\n",
            "agent.yaml",
            path => path == "b.yaml" ? Baseline : null
        );

        load.Errors.ShouldBeEmpty();
        load.Manifest!.Layers[0].Rules[0].Approval!.By.ShouldBe(["security"]);
    }

    private static ApprovalTerms TermsOf(string approval) =>
        Load("ask", approval).Manifest!.Layers[^1].Rules[0].Approval!;

    private static ManifestLoad Load(string effect, string approval) =>
        Repository.LoadText(Head + $"rules:\n  - {effect}: exec a\n    approval: {approval}\n    why: x\n");
}
