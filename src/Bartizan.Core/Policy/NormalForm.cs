using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// The canonical normal form of a policy: one line for each pattern of each rule, sorted within its layer, the layers
/// sorted; alternatives are lines of their own. Order, spelling, names and reasons don't count: two files that decide
/// alike by their rules have one digest.
/// </summary>
internal static class NormalForm
{
    /// <summary>The digest of the form.</summary>
    public static Digest DigestOf(Manifest manifest, ConditionGround ground, bool observe) =>
        Digest.Of(Encoding.UTF8.GetBytes(TextOf(manifest, ground, observe)));

    /// <summary>The form.</summary>
    public static string TextOf(Manifest manifest, ConditionGround ground, bool observe)
    {
        var layers = (manifest.Layers.IsDefault ? [] : manifest.Layers)
            .Select(layer => TextOf(layer, ground))
            .Distinct(StringComparer.Ordinal);
        var text = new StringBuilder("bartizan policy v1\n");
        text.Append(observe ? "observe\n" : "");
        foreach (
            var consulted in manifest
                .Consultations.Select(one => one.Canonical)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)
        )
        {
            text.Append(consulted).Append('\n');
        }

        foreach (var layer in layers.Order(StringComparer.Ordinal))
        {
            text.Append(layer);
        }

        return text.ToString();
    }

    private static string TextOf(RuleLayer layer, ConditionGround ground)
    {
        var lines = layer
            .Rules.SelectMany(rule => LinesOf(rule, layer, ground))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);
        return $"{(layer.IsCeiling ? "ceiling" : "rules")}\n{string.Join('\n', lines)}\n";
    }

    /// <summary>
    /// What a rule asks for beside its pattern, in its one spelling, with what its condition is given to read. INVARIANT: two
    /// rules with one text ask for the same, also when they stand in two manifests; the proof of narrowness relies on it.
    /// </summary>
    public static string ConditionsOf(Rule rule, RuleLayer layer, ConditionGround ground) =>
        ArgumentsOf(rule) + (rule.When is { } when ? $" when={when.CanonicalText}{ground.Of(when, layer)}" : "");

    private static string ArgumentsOf(Rule rule) =>
        rule.Arguments.IsDefaultOrEmpty
            ? ""
            : " args=" + string.Join(' ', rule.Arguments.Select(TextOf).Order(StringComparer.Ordinal));

    /// <summary>What is asked of one argument, in its one spelling. JSON quotes what an author chose, so that no two read alike.</summary>
    public static string TextOf(ArgumentRule one)
    {
        var values = one.In.Select(v => (v.Plain ? "" : "text ") + v.Text).Order(StringComparer.Ordinal);
        string?[] parts =
        [
            one.Path,
            .. values.Distinct(StringComparer.Ordinal),
            "between",
            one.Least?.ToString("G29", CultureInfo.InvariantCulture),
            one.Most?.ToString("G29", CultureInfo.InvariantCulture),
            one.Glob,
            one.Host,
            one.File,
            .. one.Networks.Order(StringComparer.Ordinal),
            one.MaxLength?.ToString(CultureInfo.InvariantCulture),
            one.Optional ? "optional" : null,
        ];
        return JsonSerializer.Serialize(parts);
    }

    private static IEnumerable<string> LinesOf(Rule rule, RuleLayer layer, ConditionGround ground)
    {
        var head = $" {rule.Effect} {rule.Verb} ";
        var asked = ConditionsOf(rule, layer, ground);
        var witnessed = rule.Witnessed ? " witnessed" : "";
        var tail = $" with={rule.Credential} expires={rule.Expires:yyyy-MM-dd}{witnessed}{asked}";
        if (!Alternation.TryExpand(rule.Pattern, out var texts, out _) || rule.Verb == Verb.Unknown)
        {
            return [head + "broken:" + rule.Pattern + tail];
        }

        var grants = rule.Effect == Effect.Allow && !layer.IsCeiling;
        return texts.Select(text =>
            head + (TargetPattern.Parse(rule.Verb, text, grants, out _)?.Canonical ?? "broken:" + text) + tail
        );
    }
}
