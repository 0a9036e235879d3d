using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>The deny rules of a layer, to find grants that they leave nothing of.</summary>
internal sealed class Denials
{
    private readonly CompiledLayer _layer;
    private readonly Dictionary<(Verb Verb, string Canonical), CompiledRule> _byText = [];

    /// <summary>Takes the deny rules of a layer.</summary>
    public Denials(RuleLayer layer)
    {
        _layer = new CompiledLayer(layer, observe: false);
        foreach (var verb in Enum.GetValues<Verb>())
        {
            foreach (var rule in _layer.RulesOf(verb))
            {
                foreach (var pattern in rule.Rule.Effect == Effect.Deny ? rule.Patterns : [])
                {
                    _byText.TryAdd((verb, pattern.Canonical), rule);
                }
            }
        }
    }

    /// <summary>
    /// Why a grant can never apply, as half a sentence; null when some of it may. Seen are: a pattern without wildcards that is
    /// denied, and a pattern that is denied as it is written.
    /// </summary>
    public string? WhyDead(Verb verb, List<TargetPattern> patterns)
    {
        CompiledRule? killer = null;
        foreach (var pattern in patterns)
        {
            killer = pattern.Literal is { } target
                ? FirstDenying(target)
                : _byText.GetValueOrDefault((verb, pattern.Canonical)) ?? _byText.GetValueOrDefault((verb, "**"));
            if (killer is null)
            {
                return null;
            }
        }

        return killer is null ? null : $"`{killer.Reference.Text}` ({killer.Reference.Place}) denies it";
    }

    private CompiledRule? FirstDenying(ActionTarget target)
    {
        foreach (var rule in _layer.RulesOf(target.Verb))
        {
            if (rule.Rule.Effect == Effect.Deny && CompiledLayer.Applies(rule, target))
            {
                return rule;
            }
        }

        return null;
    }
}
