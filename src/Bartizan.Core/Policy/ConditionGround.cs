using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// What conditions are given to read by a manifest and its baselines: two conditions of one text mean the same only on the
/// same ground. Of what a condition doesn't read nothing counts.
/// </summary>
internal sealed class ConditionGround(Manifest manifest)
{
    private readonly Dictionary<AttributeRoot, string> _grounds = [];

    /// <summary>The ground of one condition, as a short text.</summary>
    public string Of(Condition condition, RuleLayer layer)
    {
        var text = new StringBuilder();
        foreach (var root in condition.Attributes.Select(a => a.Root).Distinct().Order())
        {
            text.Append(root == AttributeRoot.Time ? $" in={layer.TimeZone.Id}" : Of(root));
        }

        return text.ToString();
    }

    /// <summary>The ground of all conditions that read a root; the time's is its zone.</summary>
    public string Of(AttributeRoot root)
    {
        if (!_grounds.TryGetValue(root, out var ground))
        {
            var lines = LinesOf(root).Order(StringComparer.Ordinal).ToList();
            ground = lines.Count == 0 ? "" : $" {root}={Digest.Of(JsonSerializer.SerializeToUtf8Bytes(lines))}";
            _grounds[root] = ground;
        }

        return ground;
    }

    private IEnumerable<string> LinesOf(AttributeRoot root) =>
        root switch
        {
            AttributeRoot.Agent =>
            [
                Line(manifest.Agent, manifest.Owner, manifest.Version.ToString(CultureInfo.InvariantCulture)),
            ],
            AttributeRoot.Env => [PolicyFacts.WordOf(manifest.Environment)],
            AttributeRoot.User =>
            [
                .. manifest.Groups.Select(g =>
                    Line(["group", g.Key, .. g.Value.Distinct().Order(StringComparer.Ordinal)])
                ),
                .. manifest.People.Select(p =>
                    Line(["person", p.Key, .. p.Value.SelectMany(a => new[] { a.Key, a.Value })])
                ),
                .. manifest.Serve is { } serve
                    ? [Line(["serve", .. serve.Callers.Canonical])]
                    : (ReadOnlySpan<string>)[],
            ],
            AttributeRoot.Resource => manifest.Catalogue.Select(entry =>
                Line([
                    .. entry.Of.Select(o => $"{o.Verb} {o.Pattern}").Order(StringComparer.Ordinal),
                    "is",
                    .. entry.Attributes.SelectMany(a => new[] { a.Key, a.Value }),
                ])
            ),
            _ => [],
        };

    // JSON quotes what an author chose, so that no two lists read alike.
    private static string Line(params string[] parts) => JsonSerializer.Serialize(parts);
}
