using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Policies;

/// <summary>
/// Decides by the words of docs/policy-reference.md alone, over every verb: each rule, each alternative and each name of the
/// target is tried. Shares no code with the product, to be wrong in other places than it.
/// </summary>
internal static class BruteForce
{
    /// <summary>The strictest layer counts; two credentials for one action deny it.</summary>
    public static Effect Decide(
        ImmutableArray<PlainLayer> layers,
        ActionTarget target,
        PlainFacts known,
        bool observe = false
    )
    {
        var names = NamesOf(target);
        var effect = layers.Min(layer => names.Min(name => OfLayer(layer, name, target, known, observe)));
        var credentials =
            from layer in layers
            from rule in layer.Rules
            where target is not ConnectTarget && names.Any(name => Applies(rule, layer, name, known))
            select rule.Rule.Credential;
        return credentials.OfType<string>().Distinct().Count() > 1 ? Effect.Deny : effect;
    }

    /// <summary>Deny beats ask beats allow; what a layer doesn't say it denies, a ceiling without a list lets pass.</summary>
    private static Effect OfLayer(
        PlainLayer layer,
        ActionTarget name,
        ActionTarget target,
        PlainFacts known,
        bool observe
    )
    {
        // However it stands with the rule's conditions: a tunnel would carry what the rule decides.
        if (name is ConnectTarget tunnel && layer.Rules.Any(rule => Closes(rule.Rule, layer, tunnel)))
        {
            return Effect.Deny;
        }

        var said = layer.Rules.Where(rule => Applies(rule, layer, name, known)).Select(r => r.Rule.Effect).ToList();
        var lists = layer.Rules.Any(rule => Lists(rule.Rule, target.Verb)) || IsListOfTunnels(layer, name);
        var unsaid = layer.IsCeiling ? !lists : observe;
        var one =
            said.Count > 0 ? said.Min()
            : unsaid ? Effect.Allow
            : Effect.Deny;
        var aliases = target is FileTarget file ? file.Aliases : [];
        var takes =
            from alias in aliases
            from rule in layer.Rules
            where rule.Rule.Effect != Effect.Allow && Applies(rule, layer, new FileTarget(target.Verb, alias), known)
            select rule.Rule.Effect;
        return takes.Append(one).Min();
    }

    /// <summary>The pattern fits, it hasn't lapsed, and what it asks for is so: certainly of an allow, possibly of another.</summary>
    private static bool Applies(PlainRule rule, PlainLayer layer, ActionTarget name, PlainFacts known)
    {
        var allows = rule.Rule.Effect == Effect.Allow;
        if (
            !FitsPattern(rule.Rule, allows, allows && !layer.IsCeiling, name)
            && !FitsTunnelOf(rule.Rule, allows, layer, name)
        )
        {
            return false;
        }

        // Three values, and C#'s own operators of them: null is unknown.
        var holds = (rule.When is { } when ? when(known) : true) & PlainArguments.Fit(rule.Args, known.Args, allows);
        var lapsed = allows && DateOnly.FromDateTime(known.Now.UtcDateTime) > rule.Rule.Expires;
        return allows ? holds == true && !lapsed : holds != false;
    }

    private static bool Closes(Rule rule, PlainLayer layer, ConnectTarget tunnel) =>
        rule.Verb == Verb.Http
        && PlainPatterns
            .Expand(rule.Pattern)
            ?.Any(p =>
                PlainPatterns.Closes(
                    p,
                    rule.Credential is not null,
                    rule.Effect == Effect.Allow && !layer.IsCeiling,
                    tunnel
                )
            ) == true;

    private static bool FitsPattern(Rule rule, bool allows, bool grants, ActionTarget name)
    {
        var covers = rule.Verb == name.Verb || (rule.Verb == Verb.Http && name.Verb == Verb.Connect);
        if (!covers)
        {
            return false;
        }

        if (PlainPatterns.Expand(rule.Pattern) is not { } patterns)
        {
            return !allows;
        }

        return name is ExecTarget { IsOpaque: true }
            ? !allows
            : patterns.Any(pattern => PlainPatterns.Fits(rule.Verb, pattern, allows, grants, name));
    }

    // What takes a tunnel away takes the https in it; a ceiling's list of tunnels is one of https, where it has none of its own.
    private static bool FitsTunnelOf(Rule rule, bool allows, PlainLayer layer, ActionTarget name) =>
        rule.Verb == Verb.Connect
        && name is HttpTarget http
        && (!allows || IsListOfTunnels(layer, name))
        && (
            PlainPatterns.Expand(rule.Pattern) is { } patterns
                ? http.Scheme == "https"
                    && patterns.Any(p =>
                        PlainPatterns.Fits(
                            Verb.Connect,
                            p,
                            allows,
                            grants: false,
                            new ConnectTarget(http.Host, http.Port)
                        )
                    )
                : !allows
        );

    private static bool IsListOfTunnels(PlainLayer layer, ActionTarget name) =>
        layer.IsCeiling
        && name is HttpTarget { Scheme: "https" }
        && !layer.Rules.Any(rule => rule.Rule is { Effect: Effect.Allow, Verb: Verb.Http })
        && layer.Rules.Any(rule => rule.Rule is { Effect: Effect.Allow, Verb: Verb.Connect });

    private static bool Lists(Rule rule, Verb verb) =>
        rule.Effect == Effect.Allow
        && (
            rule.Verb == verb
            || (
                rule.Verb == Verb.Http
                && verb == Verb.Connect
                && PlainPatterns.Expand(rule.Pattern)?.Any(p => PlainPatterns.IsHttps(p)) != false
            )
        );

    private static IReadOnlyList<ActionTarget> NamesOf(ActionTarget target) =>
        target is FileTarget file ? [.. file.Names.Select(name => new FileTarget(file.Verb, name))] : [target];
}
