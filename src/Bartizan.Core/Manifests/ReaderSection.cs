using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Readers;

namespace Bartizan.Core.Manifests;

/// <summary>Reads <c>readers</c>: they are the tools of a server of their own, which no address and no command leads to.</summary>
internal sealed class ReaderSection(ImmutableArray<ManifestError>.Builder errors)
{
    private const string Tool = "tool ";

    /// <summary>The servers, and the readers' where there are any.</summary>
    public ImmutableDictionary<string, ToolServer> AddTo(
        ImmutableDictionary<string, ToolServer> servers,
        SourceNode.Map root
    )
    {
        var said = ManifestReader.Entries(root.Find("readers"));
        if (said.IsEmpty)
        {
            return servers;
        }

        if (servers.ContainsKey(ReaderTerms.Server))
        {
            Report(
                root.PositionOf("readers"),
                $"a server of `servers` is called `{ReaderTerms.Server}`, which is what readers are tools of",
                "Give that server another name."
            );
            return servers;
        }

        if (said.Length > ReaderTerms.MaxReaders)
        {
            Report(root.PositionOf("readers"), $"more than {ReaderTerms.MaxReaders} readers", "Take some out.");
        }

        var readers = said.Where(one => one.Value is SourceNode.Map)
            .Select(one => ReadOne(one.Key, (SourceNode.Map)one.Value))
            .OfType<ReaderTerms>()
            .ToImmutableSortedDictionary(one => one.Name, one => one, StringComparer.Ordinal);
        return readers.IsEmpty
            ? servers
            : servers.Add(ReaderTerms.Server, new ToolServer { Name = ReaderTerms.Server, Readers = readers });
    }

    private ReaderTerms? ReadOne(SourceNode.Scalar name, SourceNode.Map map)
    {
        var from = RuleReader.TextOf(map, "from") ?? "";
        var source = from.StartsWith(Tool, StringComparison.Ordinal) ? PairOf(from[Tool.Length..]) : null;
        if (source is null)
        {
            Report(
                map.PositionOf("from"),
                $"`{SourceTree.Quote(from)}` is no tool",
                "Write `tool server/name`, without `*`."
            );
        }
        else if (source.Value.First == ReaderTerms.Server)
        {
            Report(map.PositionOf("from"), "a reader can't read a reader", "Name a tool of another server.");
        }

        var asked = RuleReader.TextOf(map, "model") ?? "";
        var model = PairOf(asked);
        if (model is null)
        {
            Report(
                map.PositionOf("model"),
                $"`{SourceTree.Quote(asked)}` is no model",
                "Write `upstream/model`, without `*`: a reader asks this one."
            );
        }

        var gives = ReadFields(map);
        return source is { } tool && model is { } one && RuleReader.TextOf(map, "question") is { } question
            ? new ReaderTerms(name.Text, new ToolTarget(tool.First, tool.Then), new ModelTarget(one.First, one.Then))
            {
                Description = RuleReader.TextOf(map, "description") ?? "",
                Question = question,
                Gives = gives,
            }
            : null;
    }

    private ImmutableArray<GivenField> ReadFields(SourceNode.Map map)
    {
        var said = ManifestReader.Entries(map.Find("gives"));
        if (said.Length is 0 or > ReaderTerms.MaxFields)
        {
            Report(
                map.PositionOf("gives"),
                $"a reader gives one to {ReaderTerms.MaxFields} values",
                "Each is a little of what was read."
            );
        }

        return
        [
            .. said.Where(one => one.Value is SourceNode.Map)
                .Select(one => ReadField(one.Key, (SourceNode.Map)one.Value))
                .OfType<GivenField>(),
        ];
    }

    private GivenField? ReadField(SourceNode.Scalar name, SourceNode.Map map)
    {
        var kind = RuleReader.TextOf(map, "is") switch
        {
            "boolean" => GivenKind.Boolean,
            "integer" => GivenKind.Integer,
            "number" => GivenKind.Number,
            "date" => GivenKind.Date,
            "currency" => GivenKind.Currency,
            "identifier" => GivenKind.Identifier,
            null when map.Find("in") is not null => GivenKind.Choice,
            _ => GivenKind.Unknown,
        };
        var demands = ArgumentRuleReader.ReadOne(name.Text, map);
        var (problem, hint) = FindProblem(kind, demands, map);
        if (problem is not null)
        {
            Report(name.Position, $"`{SourceTree.Quote(name.Text)}` {problem}", hint);
            return null;
        }

        return new GivenField(name.Text, kind, demands);
    }

    private static (string? Problem, string Hint) FindProblem(GivenKind kind, ArgumentRule demands, SourceNode.Map map)
    {
        if (kind == GivenKind.Unknown)
        {
            return (
                "doesn't say what it is, and free text can't be given",
                "Say `is: boolean`, `integer`, `number`, `date`, `currency` or `identifier`, or `in` with its words."
            );
        }

        var isNumber = kind is GivenKind.Integer or GivenKind.Number;
        var stray =
            map.Find("between") is not null && !isNumber ? "between"
            : map.Find("in") is not null && kind != GivenKind.Choice ? "in"
            : map.Find("glob") is not null && kind != GivenKind.Identifier ? "glob"
            : map.Find("max_length") is not null && kind != GivenKind.Identifier ? "max_length"
            : null;
        if (stray is not null)
        {
            return ($"has `{stray}`, which says nothing of its kind", "Take it out.");
        }

        if (isNumber && (demands.Least is null || demands.Most is null))
        {
            return ("is a number without bounds", "Say `between: [least, most]`: its digits are room for a message.");
        }

        if (kind == GivenKind.Choice)
        {
            return demands.In.Length > GivenField.MaxWords
                || demands.In.Any(word => word.Text.Length is 0 or > GivenField.MaxWord)
                    ? (
                        $"has more than {GivenField.MaxWords} words, or one of more than {GivenField.MaxWord} characters",
                        "Name fewer, or shorter ones."
                    )
                : demands.In.Any(word => word.Plain && IsNoText(word.Text))
                    ? (
                        "names a number or a truth value as a word",
                        "Say `is: integer` or `is: boolean`, or put it in quotes."
                    )
                : (null, "");
        }

        return
            (demands.Glob is not null || isNumber) && ArgumentCheck.Parse(demands, grants: true, out var wrong) is null
            ? (wrong.Text, wrong.Hint)
            : (null, "");
    }

    private static bool IsNoText(string text) =>
        text is "true" or "false" or "null"
        || decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static (string First, string Then)? PairOf(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < text.Length - 1 && !text.Any(c => char.IsWhiteSpace(c) || c is '*' or '{' or '}')
            ? (text[..slash], text[(slash + 1)..])
            : null;
    }

    private void Report(SourcePosition where, string what, string hint) => errors.Add(new(where, what, hint));
}
