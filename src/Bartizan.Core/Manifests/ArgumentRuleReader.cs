using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Manifests;

/// <summary>Reads the <c>args</c> of a rule. What the shape already refused is skipped without a second complaint.</summary>
internal static class ArgumentRuleReader
{
    private static readonly string[] s_ofSql = ["tables", "rows", "functions", "columns", "sets"];

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

        foreach (var (key, value) in ManifestReader.Entries(map.Find("args")))
        {
            var lone = (value as SourceNode.Map)?.Find("sql") is null
                ? s_ofSql.FirstOrDefault(name => (value as SourceNode.Map)?.Find(name) is not null)
                : null;
            if (lone is not null)
            {
                return new(
                    key.Position,
                    $"`{SourceTree.Quote(key.Text)}` has `{lone}` without `sql`",
                    "Write `sql: read` beside it."
                );
            }

            var writes = RuleReader.TextOf(value as SourceNode.Map, "sql") == "write";
            var stray = writes ? "rows" : "sets";
            if ((value as SourceNode.Map)?.Find(stray) is not null)
            {
                return new(
                    key.Position,
                    $"`{SourceTree.Quote(key.Text)}` has `{stray}`, which says nothing of what {(writes ? "writes" : "reads")}",
                    "Take it out."
                );
            }
        }

        if (ArgumentTree.Parse(rule.Arguments, rule.Effect == Effect.Allow, out var wrong, out var problem) is not null)
        {
            return null;
        }

        var (name, _) = ManifestReader.Entries(map.Find("args"))[wrong];
        return new(name.Position, $"`{SourceTree.Quote(name.Text)}` {problem.Text}", problem.Hint);
    }

    /// <summary>The demands on one value.</summary>
    public static ArgumentRule ReadOne(string path, SourceNode.Map map)
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
            Networks = TextsOf(map, "cidr"),
            MaxLength = int.TryParse(RuleReader.TextOf(map, "max_length"), CultureInfo.InvariantCulture, out var most)
                ? most
                : null,
            Sql = map.Find("sql") is null
                ? null
                : new SqlTerms(
                    TextsOf(map, "tables"),
                    long.TryParse(RuleReader.TextOf(map, "rows"), CultureInfo.InvariantCulture, out var rows)
                        ? rows
                        : null,
                    TextsOf(map, "functions")
                )
                {
                    Writes = RuleReader.TextOf(map, "sql") == "write",
                    Columns = TextsOf(map, "columns"),
                    Sets = TextsOf(map, "sets"),
                },
            Operators = map.Find("operators") is null ? null : new OperatorTerms(TextsOf(map, "operators")),
            Markup = RuleReader.TextOf(map, "html") switch
            {
                "none" => Markup.None,
                "formatting" => Markup.Formatting,
                _ => Markup.Any,
            },
            Optional = RuleReader.TextOf(map, "optional") == "true",
        };
    }

    private static ImmutableArray<string> TextsOf(SourceNode.Map map, string name) =>
        [.. ManifestReader.Items(map.Find(name)).OfType<SourceNode.Scalar>().Select(s => s.Text)];

    private static decimal? NumberOf(SourceNode.Scalar scalar) =>
        decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
