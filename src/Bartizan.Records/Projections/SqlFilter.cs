using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Records.Queries;

namespace Bartizan.Records.Projections;

/// <summary>
/// A query as SQL: which entries may be meant, never fewer. Texts are compared with <c>=</c>, a place in a text and lengths; there is no
/// <c>LIKE</c>, so nothing in a value can be a pattern, and every value is a bound parameter.
/// </summary>
/// <remarks>
/// INVARIANT: an entry for which the query holds is among the rows. A term that can't be said exactly is said wider; turned round by a
/// <c>-</c>, wider would be narrower, so it is then not said at all. The log has the last word on every row.
/// </remarks>
internal sealed class SqlFilter
{
    private const string Everything = "1 = 1";
    private const string Fold = "COALESCE(fold, text)";
    private readonly ISqlDialect _dialect;
    private readonly List<object> _values = [];
    private readonly List<string> _sets = [];

    private SqlFilter(ISqlDialect dialect) => _dialect = dialect;

    /// <summary>The parameters, <c>@p0</c> and on.</summary>
    public IReadOnlyList<object> Values => _values;

    /// <summary>The whole statement; it gives back indexes in order.</summary>
    public string Sql { get; private set; } = "";

    /// <summary>Whether it gives back exactly the entries that are meant.</summary>
    public bool IsExact { get; private set; } = true;

    /// <summary>Says a query of the indexes between two, at most so many of them.</summary>
    public static SqlFilter Of(
        LogQuery query,
        ISqlDialect dialect,
        long after,
        long before,
        bool newestFirst,
        int count
    )
    {
        var filter = new SqlFilter(dialect);
        var conditions = new List<string>();
        foreach (var term in query.Terms)
        {
            var (sql, exact) = filter.Say(term);
            filter.IsExact &= exact;
            if (sql != Everything)
            {
                conditions.Add(sql);
            }
        }

        conditions.Add($"idx > {filter.Bind(after)}");
        conditions.Add($"idx < {filter.Bind(before)}");
        var with = filter._sets.Count == 0 ? "" : $"WITH {string.Join(", ", filter._sets)} ";
        filter.Sql =
            $"{with}SELECT idx FROM entry WHERE {string.Join(" AND ", conditions)} ORDER BY idx {(newestFirst ? "DESC" : "ASC")} LIMIT {filter.Bind((long)count)}";
        return filter;
    }

    private (string Sql, bool Exact) Say(QueryTerm term)
    {
        switch (term)
        {
            case QueryTerm.Not { Inner: var inner }:
                var mark = (_values.Count, _sets.Count);
                var (sql, exact) = Say(inner);
                if (exact)
                {
                    return ($"NOT {sql}", true);
                }

                _values.RemoveRange(mark.Item1, _values.Count - mark.Item1);
                _sets.RemoveRange(mark.Item2, _sets.Count - mark.Item2);
                return (Everything, false);
            case QueryTerm.Choice { Column: var column, Codes: var codes }:
                return ($"({column} IN ({string.Join(", ", codes.Order().Select(code => Bind((long)code)))}))", true);
            case QueryTerm.Labelled { Any: var labels }:
                return ($"((CAST(labels AS bigint) & {Bind((long)labels)}) <> 0)", true);
            case QueryTerm.Observed { Wanted: var wanted }:
                return ($"(observed = {Bind(wanted ? 1L : 0L)})", true);
            case QueryTerm.Number { IsIndex: var isIndex, Ranges: var ranges }:
                return (Any(ranges.Select(range => Between(isIndex ? "idx" : "passage", range.From, range.To))), true);
            case QueryTerm.Moment { IsSince: var isSince, At: var at }:
                return Moment(isSince, at);
            case QueryTerm.Text { Field: var field, Any: var patterns }:
                return Text(field, patterns);
            case QueryTerm.Free { Needle: var needle }:
                var set = Set($"{_dialect.Find(Fold, Bind(needle))} > 0");
                return (
                    Any(ProjectionLayout.Free.Select(free => $"{free} IN (SELECT id FROM {set})")),
                    IsStorable(needle)
                );
            default:
                throw new InvalidOperationException("a query's term that no projection knows");
        }
    }

    private string Between(string column, long from, long to) => $"({column} BETWEEN {Bind(from)} AND {Bind(to)})";

    private (string Sql, bool Exact) Moment(bool isSince, DateTimeOffset at)
    {
        // Leaves hold microseconds; a moment between two of them lies after the one before.
        var floor = new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return at == floor || !isSince
            ? ($"(time {(isSince ? ">=" : "<=")} {Bind(_dialect.Time(floor))})", true)
            : ($"(time > {Bind(_dialect.Time(floor))})", true);
    }

    private (string Sql, bool Exact) Text(TextField field, ImmutableArray<TextPattern> patterns)
    {
        var exact = patterns.All(pattern => pattern.Parts.Length <= 2 && pattern.Parts.All(IsStorable));
        switch (field)
        {
            case TextField.Agent:
                var agents = Set(Any(patterns.Select(Plain)));
                return ($"(agent IN (SELECT id FROM {agents}) OR name IN (SELECT id FROM {agents}))", exact);
            case TextField.Rule:
                var rules = Set(Any(patterns.Select(Element)));
                return (
                    $"(rules IN (SELECT id FROM {rules}) OR places IN (SELECT id FROM {rules}))",
                    exact && patterns.All(IsExactElement)
                );
            case TextField.Tool:
                var tool = Code(Core.Enforcement.Verb.Tool);
                var target = Set(Any(patterns.Select(Plain)));
                var tools = Set(Any(patterns.Select(Element)));
                return (
                    $"((verb = {tool} AND target IN (SELECT id FROM {target})) OR tools IN (SELECT id FROM {tools}))",
                    exact && patterns.All(IsExactElement)
                );
            case TextField.Model:
                var model = Code(Core.Enforcement.Verb.Model);
                return ($"(verb = {model} AND target IN (SELECT id FROM {Set(Any(patterns.Select(Plain)))}))", exact);
            case TextField.Session when patterns is [{ Parts: [var one] }]:
                // As one number, so that both databases go by the index. A session's id has no capitals: its text is its folded text.
                var same = $"{Same(one)} AND text = {Bind(one)}";
                return ($"(session = COALESCE((SELECT MIN(id) FROM text WHERE {same}), -1))", exact);
            default:
                var column = field.ToString().ToLowerInvariant();
                return ($"({column} IN (SELECT id FROM {Set(Any(patterns.Select(Plain)))}))", exact);
        }
    }

    // An exact text goes by the index on hashes; a text that isn't there has none of the ids.
    private string Plain(TextPattern pattern)
    {
        var parts = pattern.Parts;
        if (parts.Length == 1)
        {
            return Same(parts[0]);
        }

        var conditions = new List<string> { $"length({Fold}) >= {Bind((long)(Length(parts[0]) + Length(parts[^1])))}" };
        if (parts[0].Length > 0)
        {
            conditions.Add($"substr({Fold}, 1, {Count(parts[0])}) = {Bind(parts[0])}");
        }

        if (parts[^1].Length > 0)
        {
            conditions.Add($"{_dialect.Last(Fold, Count(parts[^1]))} = {Bind(parts[^1])}");
        }

        conditions.AddRange(Inner(pattern));
        return $"({string.Join(" AND ", conditions)})";
    }

    // An element of a list; two ends of one pattern may be found in two elements, which the log then tells apart.
    private string Element(TextPattern pattern)
    {
        var parts = pattern.Parts;
        var (first, last) = (TextPattern.Separator + parts[0], parts[^1] + TextPattern.Separator);
        var found =
            parts.Length == 1
                ? [Found(first + TextPattern.Separator)]
                : Inner(pattern).Append(Found(first)).Append(Found(last)).ToList();

        // Only lists hold the separator: without it `*` would find every text.
        return $"({string.Join(" AND ", found)})";
    }

    private IEnumerable<string> Inner(TextPattern pattern) =>
        pattern.Parts.Skip(1).SkipLast(1).Where(part => part.Length > 0).Select(Found);

    private string Found(string part) => $"{_dialect.Find(Fold, Bind(part))} > 0";

    private string Same(string text) => $"(hash = {Bind(TextHash.Of(text))} AND {Fold} = {Bind(text)})";

    private string Set(string condition)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"found{_sets.Count}");
        _sets.Add($"{name} AS MATERIALIZED (SELECT id FROM text WHERE {condition})");
        return name;
    }

    private string Code(Core.Enforcement.Verb verb) => Bind((long)QueryTerm.Code<Core.Enforcement.Verb>(verb));

    private string Count(string text) => $"CAST({Bind(Length(text))} AS integer)";

    private string Bind(object value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"@p{_values.Count - 1}");
    }

    private static string Any(IEnumerable<string> conditions) => $"({string.Join(" OR ", conditions)})";

    private static long Length(string text) => text.EnumerateRunes().Count();

    // U+FFFD may stand for itself or for what can't be stored: the log tells them apart.
    private static bool IsStorable(string part) => !part.Contains('\uFFFD', StringComparison.Ordinal);

    private static bool IsExactElement(TextPattern pattern) =>
        pattern.Parts.Length == 1 || pattern.Parts[0].Length == 0 || pattern.Parts[^1].Length == 0;
}
