using System.Collections.Immutable;

namespace Bartizan.Core.Queries;

/// <summary>
/// <c>COPY … TO STDOUT</c> as text or CSV, of a query or a table. It is judged as the query that it copies. Every other COPY (from the
/// client, from or to a file or a program of the server) isn't understood.
/// </summary>
internal static class SqlCopy
{
    private const string End = ") TO STDOUT";

    /// <summary>Reads it; null when it isn't such a one.</summary>
    public static SqlStatement? Read(ImmutableArray<SqlToken> tokens)
    {
        var to = Enumerable.Range(1, tokens.Length - 1).LastOrDefault(i => tokens[i].Is("to") && Depth(tokens, i) == 0);
        if (to < 2 || !tokens[to + 1].Is("stdout") || Options(tokens[(to + 2)..^1]) is not { } options)
        {
            return null;
        }

        var end = new SqlToken(SqlTokenKind.End, "");
        ImmutableArray<SqlToken> query =
            tokens[1].IsSign("(") && tokens[to - 1].IsSign(")")
                ? [.. tokens[2..(to - 1)], end]
                : [.. OfTable(tokens[1..to]), end];
        return SqlParser.Parse(query, writes: false) is { } parsed
            ? new SqlStatement(
                SqlVerb.Copy,
                SqlStatement.Write(query, []),
                $"COPY ({SqlStatement.Write(query, parsed.Schemas)}{End}{options}"
            )
            : null;
    }

    private static int Depth(ImmutableArray<SqlToken> tokens, int until) =>
        tokens[..until]
            .Sum(t =>
                t.IsSign("(") ? 1
                : t.IsSign(")") ? -1
                : 0
            );

    private static IEnumerable<SqlToken> OfTable(ImmutableArray<SqlToken> said)
    {
        var bracket = Enumerable.Range(0, said.Length).FirstOrDefault(i => said[i].IsSign("("), said.Length);
        IEnumerable<SqlToken> columns =
            bracket < said.Length && said[^1].IsSign(")")
                ? said[(bracket + 1)..^1]
                : [new SqlToken(SqlTokenKind.Sign, "*")];
        var table = said[..bracket];
        return
        [
            new SqlToken(SqlTokenKind.Word, "SELECT"),
            .. columns,
            new SqlToken(SqlTokenKind.Word, "FROM"),
            .. table,
        ];
    }

    // `WITH (FORMAT csv, HEADER true)`, `(FORMAT text)`, `CSV HEADER`; null for any other.
    private static string? Options(ImmutableArray<SqlToken> said)
    {
        var words = said.Where(t => t.Kind != SqlTokenKind.Sign).Select(t => t.Text.ToLowerInvariant()).ToList();
        var plain = said.All(t => t.Kind == SqlTokenKind.Word || t.IsSign("(") || t.IsSign(")") || t.IsSign(","));
        var text = string.Join(' ', words.SkipWhile(w => w == "with"));
        return plain
            ? text switch
            {
                "" or "format text" => "",
                "csv" or "format csv" => " WITH (FORMAT csv)",
                "csv header" or "format csv header" or "format csv header true" or "header format csv" =>
                    " WITH (FORMAT csv, HEADER true)",
                _ => null,
            }
            : null;
    }
}
