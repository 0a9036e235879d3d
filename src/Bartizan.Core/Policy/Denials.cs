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
                foreach (var pattern in rule is { Rule.Effect: Effect.Deny, IsConditional: false } ? rule.Patterns : [])
                {
                    _byText.TryAdd((verb, pattern.Canonical), rule);
                }
            }
        }
    }

    /// <summary>
    /// Why a grant can never apply, as half a sentence; null when some of it may. Seen are: a pattern without wildcards that is
    /// denied or that a ceiling's own list leaves out, and a pattern that is denied as it is written.
    /// </summary>
    public string? WhyDead(Verb verb, List<TargetPattern> patterns)
    {
        string? why = null;
        foreach (var pattern in patterns)
        {
            why = pattern.Literal is { } target ? WhyDead(target) : WhyDead(verb, pattern.Canonical);
            if (why is null)
            {
                return null;
            }
        }

        return why;
    }

    private string? WhyDead(Verb verb, string canonical) =>
        _byText.GetValueOrDefault((verb, canonical)) is { } same ? DeniedBy(same)
        : _byText.GetValueOrDefault((verb, "**")) is { } all ? DeniedBy(all)
        : null;

    private string? WhyDead(ActionTarget target)
    {
        var (listed, granted) = (false, false);
        foreach (var rule in _layer.RulesOf(target.Verb))
        {
            var applies = CompiledLayer.Fits(rule, target);
            if (rule is { Rule.Effect: Effect.Deny, IsConditional: false } && applies)
            {
                return DeniedBy(rule);
            }

            listed |= rule.Rule.Effect == Effect.Allow;
            granted |= applies;
        }

        return _layer.IsCeiling && listed && !granted ? $"{_layer.Name} allows only what its own rules name" : null;
    }

    private static string DeniedBy(CompiledRule rule) =>
        rule.Intercepts
            ? $"`{rule.Reference.Text}` ({rule.Reference.Place}) has each request to that host looked at, and only `http` rules allow those; "
                + "for all of them write `allow: http * https://host/**`"
            : $"`{rule.Reference.Text}` ({rule.Reference.Place}) denies it";
}
