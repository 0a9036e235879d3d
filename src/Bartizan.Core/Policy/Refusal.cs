using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>Builds a denial: who said no, why, and the one rule that would change it.</summary>
internal static class Refusal
{
    /// <summary>What the agent is told of what it may do.</summary>
    public const string Allowed = "its rules allow it";

    /// <summary>The most rules that a denial names.</summary>
    private const int MaxRules = 8;

    /// <summary>The decision of a target that some layer denies.</summary>
    public static Decision Of(Policy policy, ActionTarget target, in Situation situation)
    {
        var rules = ImmutableArray.CreateBuilder<RuleReference>();
        string? reason = null;
        string? told = null;
        CompiledLayer? closed = null;
        foreach (var layer in policy.Layers)
        {
            if (layer.Judge(target, situation).Effect != Effect.Deny)
            {
                continue;
            }

            var denying = Denying(layer, target, situation);
            foreach (var rule in denying.Take(MaxRules - Math.Min(MaxRules, rules.Count)))
            {
                rules.Add(rule.Reference);
            }

            reason ??=
                denying is [{ Intercepts: true } seen, ..]
                    ? $"there is no tunnel to `{Policy.Shown(target.Text)}`: its requests are looked at because of `{seen.Reference.Text}` ({seen.Reference.Place}), and only `http` rules allow them"
                : denying is [{ } first, ..]
                    ? $"{first.Reference.Layer} denies it by `{first.Reference.Text}` ({first.Reference.Place}): {first.Reference.Why}"
                : null;
            told ??=
                denying.Count == 0 ? null
                : denying[0].Intercepts ? "its requests are looked at one by one, and only `http` rules allow them"
                : layer.IsCeiling ? "a rule above the agent's own denies it"
                : "one of its rules denies it";
            closed = denying.Count == 0 && (closed is null || layer.IsCeiling) ? layer : closed;
        }

        var denied = new Decision
        {
            Effect = Effect.Deny,
            Rules = rules.ToImmutable(),
            Reason = reason ?? ReasonOf(closed, target, situation),
            Told = told ?? ToldOf(closed, target, situation),
        };
        if (reason is not null || closed is not { IsCeiling: false })
        {
            return denied;
        }

        // Of a grant that asks for more, what is missing can be said only where each argument can: `when` is not gone round.
        var arguments = NeededArguments.Of(target, situation);
        var unmet = FittingButUnmet(closed, target, situation);
        return unmet is null || (unmet.Rule.When is null && arguments is not null)
            ? denied with
            {
                Needed = NeededRule.For(target, policy, situation),
                NeededArguments = arguments,
            }
            : denied;
    }

    /// <summary>The deny rules of a layer that apply.</summary>
    public static List<CompiledRule> Denying(CompiledLayer layer, ActionTarget target, in Situation situation)
    {
        var denying = new List<CompiledRule>();
        foreach (var rule in layer.CandidatesOf(target, new ulong[layer.RoomFor(target.Verb)]))
        {
            if (rule.Rule.Effect is not (Effect.Allow or Effect.Ask) && CompiledLayer.Applies(rule, target, situation))
            {
                denying.Add(rule);
            }
        }

        return denying;
    }

    private static string ReasonOf(CompiledLayer? layer, ActionTarget target, in Situation situation)
    {
        var what = $"`{target.Verb.ToString().ToLowerInvariant()} {Policy.Shown(target.Text)}`";
        if (layer is null)
        {
            return $"nothing allows {what}";
        }

        if (layer.IsCeiling)
        {
            return $"{layer.Name} allows only what its own rules name, and none names {what}";
        }

        foreach (var rule in layer.CandidatesOf(target, new ulong[layer.RoomFor(target.Verb)]))
        {
            if (rule.HasLapsed(situation.Now) && CompiledLayer.Applies(rule, target, situation))
            {
                var (text, place) = (rule.Reference.Text, rule.Reference.Place);
                return $"`{text}` ({place}) allowed {what} until {rule.Rule.Expires:yyyy-MM-dd} and has lapsed";
            }
        }

        return FittingButUnmet(layer, target, situation) is { Reference: var near }
            ? $"`{near.Text}` ({near.Place}) allows {what} only under conditions, and they don't hold or can't be known"
            : $"no rule of the {layer.Name} allows {what}";
    }

    private static string ToldOf(CompiledLayer? layer, ActionTarget target, in Situation situation) =>
        layer is { IsCeiling: true } ? "what stands above the agent's own rules doesn't allow it"
        : layer is not null && FittingButUnmet(layer, target, situation) is not null
            ? "it is allowed only under conditions, and they don't hold or can't be known"
        : "no rule allows it";

    // An allow that names the target and asks for more: a rule without its conditions is not what is missing.
    private static CompiledRule? FittingButUnmet(CompiledLayer layer, ActionTarget target, in Situation situation)
    {
        foreach (var rule in layer.CandidatesOf(target, new ulong[layer.RoomFor(target.Verb)]))
        {
            var grants = rule is { IsConditional: true, Rule.Effect: Effect.Allow } && !rule.HasLapsed(situation.Now);
            if (grants && CompiledLayer.Fits(rule, target) && !rule.Holds(situation))
            {
                return rule;
            }
        }

        return null;
    }
}
