using System.Text;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Policies;

/// <summary>What a person reads who asks why.</summary>
public sealed class ExplanationTests
{
    private const string Rules =
        "apiVersion: bartizan/v1\nagent: a\nrules:\n"
        + "  - { allow: tool crm/find, when: args.region == \"eu\" && time.hour < 18, why: x }\n"
        + "  - { allow: tool crm/list, args: { limit: { between: [1, 100] }, region: { in: [eu] } }, why: x }\n"
        + "  - { deny: tool crm/*, when: '\"secret\" in session.labels', why: x }\n";

    [Fact]
    public void Each_comparison_of_a_condition_is_told_with_its_values()
    {
        var explained = Explain(
            """{"action":"tool crm/find","args":{"region":"us"},"labels":[],"time":"2026-11-20T09:00:00Z"}"""
        );

        explained.Decision.Effect.ShouldBe(Effect.Deny);
        var steps = explained.Layers[^1].Demands[0].Steps;
        steps.Select(s => s.Truth).ShouldBe([Truth.False, Truth.True]);
        steps[0].Values.ShouldContain("us");
        explained.Layers[^1].Demands[1].Applies.ShouldBeFalse();
    }

    [Fact]
    public void The_nearest_allow_says_what_it_lacks()
    {
        Explain("""{"action":"tool crm/find","args":{"region":"us"},"labels":[],"time":"2026-11-20T09:00:00Z"}""")
            .Change!.ShouldContain("would allow it, but `args.region == \"eu\"` is false");
        Explain("""{"action":"tool crm/find","labels":[],"time":"2026-11-20T09:00:00Z"}""")
            .Change!.ShouldContain("isn't known");
        Explain("""{"action":"tool crm/list","args":{"limit":500,"region":"eu","sort":"x"},"labels":[]}""")
            .Change!.ShouldEndWith(
                "the argument `limit` isn't what `args` asks for; the argument `sort` isn't declared in `args`; "
                    + "`allow: tool crm/list` with `args: { limit: { in: [500] }, region: { in: [\"eu\"] }, sort: { in: [\"x\"] } }` "
                    + "would allow it"
            );
    }

    [Fact]
    public void What_applies_lacks_nothing()
    {
        var explained = Explain("""{"action":"tool crm/list","args":{"limit":5,"region":"eu"},"labels":[]}""");

        explained.Decision.Effect.ShouldBe(Effect.Allow);
        explained.Layers[^1].Demands.ShouldContain(d => d.Applies && d.Lacks.IsEmpty);
    }

    private static Explanation Explain(string question)
    {
        var manifest = Repository.LoadText(Rules).Manifest.ShouldNotBeNull();
        QuestionReader
            .TryParse(Encoding.UTF8.GetBytes(question), null, out _, out var asked, out var problem)
            .ShouldBeTrue(problem);
        return asked.Ask(Policy.Compile(manifest), manifest, DateTimeOffset.UnixEpoch);
    }
}
