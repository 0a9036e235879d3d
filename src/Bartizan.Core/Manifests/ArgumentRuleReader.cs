using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>Reads the <c>args</c> of a rule. What the shape already refused is skipped without a second complaint.</summary>
internal static class ArgumentRuleReader
{
    /// <summary>The demands on arguments, in the order of the file.</summary>
    public static ImmutableArray<ArgumentRule> Read(SourceNode? node) =>
        [
            .. ManifestReader
                .Entries(node)
                .Where(e => e.Value is SourceNode.Map)
                .Select(e => ReadOne(e.Key.Text, (SourceNode.Map)e.Value)),
        ];

    /// <summary>What is wrong with the arguments of a rule, and where; null when nothing is.</summary>
    public static ManifestError? FindProblem(Rule rule, SourceNode.Map map)
    {
        if (rule.Arguments.IsEmpty)
        {
            return null;
        }

        if (rule.Verb != Verb.Tool)
        {
            var verb = rule.Verb.ToString().ToLowerInvariant();
            return new(
                map.PositionOf("args"),
                $"`args` can't stand on a `{verb}` rule",
                "Only a tool call has arguments."
            );
        }

        if (ArgumentTree.Parse(rule.Arguments, rule.Effect == Effect.Allow, out var wrong, out var problem) is not null)
        {
            return null;
        }

        var (name, _) = ManifestReader.Entries(map.Find("args"))[wrong];
        return new(name.Position, $"`{SourceTree.Quote(name.Text)}` {problem.Text}", problem.Hint);
    }

    private static ArgumentRule ReadOne(string path, SourceNode.Map map)
    {
        var between = ManifestReader.Items(map.Find("between")).OfType<SourceNode.Scalar>().ToList();
        return new ArgumentRule
        {
            Path = path,
            In =
            [
                .. ManifestReader
                    .Items(map.Find("in"))
                    .OfType<SourceNode.Scalar>()
                    .Select(s => new ArgumentValue(s.Text, s.Plain)),
            ],
            Least = between.Count == 2 ? NumberOf(between[0]) : null,
            Most = between.Count == 2 ? NumberOf(between[1]) : null,
            Glob = RuleReader.TextOf(map, "glob"),
            Host = RuleReader.TextOf(map, "host"),
            File = RuleReader.TextOf(map, "path"),
            Networks = [.. ManifestReader.Items(map.Find("cidr")).OfType<SourceNode.Scalar>().Select(s => s.Text)],
            MaxLength = int.TryParse(RuleReader.TextOf(map, "max_length"), CultureInfo.InvariantCulture, out var most)
                ? most
                : null,
            Optional = RuleReader.TextOf(map, "optional") == "true",
        };
    }

    private static decimal? NumberOf(SourceNode.Scalar scalar) =>
        decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
