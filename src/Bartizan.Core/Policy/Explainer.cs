using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>Tells a person why, and what would change it.</summary>
internal static class Explainer
{
    /// <summary>Explains a decision.</summary>
    public static Explanation Explain(Policy policy, ActionTarget target, Decision decision, Situation situation) =>
        new(
            decision,
            [.. policy.Layers.Select(l => OfLayer(l, target, situation))],
            ChangeOf(policy, target, decision, situation)
        );

    private static LayerExplanation OfLayer(CompiledLayer layer, ActionTarget target, Situation situation)
    {
        var matched = ImmutableArray.CreateBuilder<RuleReference>();
        var lapsed = ImmutableArray.CreateBuilder<RuleReference>();
        foreach (var rule in layer.CandidatesOf(target, new ulong[layer.RoomFor(target.Verb)]))
        {
            if (CompiledLayer.Applies(rule, target, situation))
            {
                (rule.HasLapsed(situation.Now) ? lapsed : matched).Add(rule.Reference);
            }
        }

        var verdict = layer.Judge(target, situation);
        var because = (verdict.Rule, verdict.Effect) switch
        {
            ({ }, _) => "",
            (null, Effect.Deny) when layer.IsCeiling => "it has allow rules for this verb, and none names the target",
            (null, Effect.Deny) => "what it doesn't say is denied",
            (null, _) when verdict.Observed => "the agent is only observed",
            _ => "it neither denies nor asks",
        };
        return new LayerExplanation(
            layer.Name,
            layer.IsCeiling,
            verdict.Effect,
            because,
            matched.ToImmutable(),
            lapsed.ToImmutable()
        )
        {
            Demands = RuleDemands.Of(layer, target, situation),
        };
    }

    private static string? ChangeOf(Policy policy, ActionTarget target, Decision decision, Situation situation)
    {
        if (decision.Effect != Effect.Deny)
        {
            return decision.Rules is [{ } only] && decision.Effect == Effect.Allow
                ? $"without `{only.Text}` ({only.Place}) it would be denied"
                : null;
        }

        if (decision.Rules is [{ } first, ..])
        {
            return $"it stays denied while `{first.Text}` ({first.Place}) stands";
        }

        if (NearMiss(policy, target, situation) is { } miss)
        {
            var rule = decision.Needed is { } one ? $"; `{one}` with `{decision.NeededArguments}` would allow it" : "";
            return $"`{miss.Rule.Text}` ({miss.Rule.Place}) would allow it, but {string.Join("; ", miss.Lacks)}{rule}";
        }

        var near = NearestRule(policy, target, situation);
        var nearText = near is null ? "" : $"; the nearest rule is `{near.Text}` ({near.Place})";
        var asked = decision.NeededArguments is { } arguments ? $" with `{arguments}`" : "";
        return decision.Needed is { } needed ? $"`{needed}`{asked} would allow it{nearText}"
            : near is null ? null
            : $"no single rule would allow it{nearText}";
    }

    // The allow that lacks least, of those whose patterns fit.
    private static RuleDemand? NearMiss(Policy policy, ActionTarget target, Situation situation) =>
        policy
            .Layers.Where(layer => !layer.IsCeiling)
            .SelectMany(layer => RuleDemands.Of(layer, target, situation))
            .Where(demand => demand is { Applies: false, Effect: Effect.Allow, Lacks.IsEmpty: false })
            .MinBy(demand => demand.Lacks.Length);

    private static RuleReference? NearestRule(Policy policy, ActionTarget target, Situation situation)
    {
        var text = target.Text;
        var rules = new Dictionary<string, RuleReference>(StringComparer.Ordinal);
        foreach (var layer in policy.Layers)
        {
            foreach (var rule in layer.RulesOf(target.Verb))
            {
                if (rule.Rule.Effect == Effect.Allow && !rule.HasLapsed(situation.Now))
                {
                    rules.TryAdd(rule.Rule.Pattern, rule.Reference);
                }
            }
        }

        return NearestWord.Find(text, rules.Keys) is { } near ? rules[near] : null;
    }
}
