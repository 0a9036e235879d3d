using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>Tells what rules ask for beside their patterns. Allocates; not for deciding.</summary>
internal static class RuleDemands
{
    /// <summary>What the rules of a layer whose patterns fit a target ask for.</summary>
    public static ImmutableArray<RuleDemand> Of(CompiledLayer layer, ActionTarget target, Situation situation)
    {
        var demands = ImmutableArray.CreateBuilder<RuleDemand>();
        foreach (var rule in layer.RulesOf(target.Verb))
        {
            if (rule.IsConditional && CompiledLayer.Fits(rule, target) && !rule.HasLapsed(situation.Now))
            {
                var steps = rule.ExplainCondition(situation);
                var applies = rule.Holds(situation);
                demands.Add(
                    new RuleDemand(
                        rule.Reference,
                        rule.Rule.Effect,
                        applies,
                        steps,
                        applies || rule.Rule.Effect != Effect.Allow ? [] : LacksOf(rule.Rule, steps, situation)
                    )
                );
            }
        }

        return demands.ToImmutable();
    }

    private static ImmutableArray<string> LacksOf(Rule rule, ImmutableArray<ConditionStep> steps, Situation situation)
    {
        var lacks = ImmutableArray.CreateBuilder<string>();
        foreach (var step in steps.Where(step => step.Truth != Truth.True))
        {
            var values = step.Values.Length == 0 ? "" : $": {step.Values}";
            lacks.Add(
                step.Truth == Truth.False ? $"`{step.Text}` is false{values}" : $"`{step.Text}` isn't known{values}"
            );
        }

        var arguments = situation.Facts.Args;
        if (rule.Arguments.IsDefaultOrEmpty)
        {
            return lacks.ToImmutable();
        }

        if (arguments.ValueKind != JsonValueKind.Object)
        {
            lacks.Add("the call's arguments aren't known");
            return lacks.ToImmutable();
        }

        foreach (var one in rule.Arguments)
        {
            if (
                ArgumentTree.Parse([one], grants: false, out _, out _)?.Judge(arguments, grants: false) != Truth.True
                && !IsAbsent(one, arguments)
            )
            {
                lacks.Add($"the argument `{one.Path}` isn't what `args` asks for");
            }
        }

        var declared = rule.Arguments.Select(one => one.Path.Split('.')[0].Replace("[]", "", StringComparison.Ordinal));
        foreach (
            var name in arguments
                .EnumerateObject()
                .Select(member => member.Name)
                .Except(declared, StringComparer.Ordinal)
        )
        {
            lacks.Add($"the argument `{Policy.Shown(name)}` isn't declared in `args`");
        }

        return lacks.ToImmutable();
    }

    private static bool IsAbsent(ArgumentRule one, JsonElement arguments) =>
        one.Optional
        && !arguments.TryGetProperty(one.Path.Split('.')[0].Replace("[]", "", StringComparison.Ordinal), out _);
}
