using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Core.Queries;

/// <summary>
/// One statement of a text in SQL, read as PostgreSQL reads it and written anew: what was understood is what is sent, token by token, with
/// a schema before every table and function, so that no search path and no reading of the other side's leads elsewhere.
/// </summary>
/// <param name="Verb">What it does.</param>
/// <param name="Text">The statement in one spelling: what rules and people see. Of a COPY the query that it copies.</param>
/// <param name="Sent">What goes to the server.</param>
public sealed record SqlStatement(SqlVerb Verb, string Text, string Sent)
{
    /// <summary>Statements of one text; nobody's tool sends more at once.</summary>
    public const int MaxStatements = 32;

    /// <summary>Bytes of a name that PostgreSQL looks at: what is longer could be another name to it.</summary>
    public const int MaxName = 63;

    /// <summary>The statements; null when one of them isn't understood. None for a text of nothing.</summary>
    public static ImmutableArray<SqlStatement>? ReadAll(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (SqlLexer.Read(text) is not { } tokens || tokens.Any(IsForeign))
        {
            return null;
        }

        var found = ImmutableArray.CreateBuilder<SqlStatement>();
        var from = 0;
        for (var at = 0; at < tokens.Length; at++)
        {
            if (!tokens[at].IsSign(";") && tokens[at].Kind != SqlTokenKind.End)
            {
                continue;
            }

            if (at > from)
            {
                ImmutableArray<SqlToken> own = [.. tokens[from..at], new SqlToken(SqlTokenKind.End, "")];
                if (found.Count == MaxStatements || ReadOne(own) is not { } one)
                {
                    return null;
                }

                found.Add(one);
            }

            from = at + 1;
        }

        return found.ToImmutable();
    }

    private static SqlStatement? ReadOne(ImmutableArray<SqlToken> tokens)
    {
        if (tokens[0].Is("copy"))
        {
            return SqlCopy.Read(tokens);
        }

        if (SqlSession.Read(tokens) is var verb and not SqlVerb.Unknown)
        {
            var said = Write(tokens, []);
            return new SqlStatement(verb, said, said);
        }

        return SqlParser.Parse(tokens, writes: true) is { } query
            ? new SqlStatement(query.Verb, Write(tokens, []), Write(tokens, query.Schemas))
            : null;
    }

    /// <summary>Writes tokens, with a schema before those that want one.</summary>
    internal static string Write(ImmutableArray<SqlToken> tokens, ImmutableArray<(int Token, string Schema)> schemas)
    {
        var written = new StringBuilder();
        var known = schemas.ToDictionary(one => one.Token, one => one.Schema);
        for (var i = 0; i < tokens.Length - 1; i++)
        {
            // INVARIANT: between two tokens stands a space, but where a point, a comma or a bracket divides them anyway.
            if (i > 0 && !IsTight(tokens[i - 1], tokens[i]))
            {
                written.Append(' ');
            }

            if (known.TryGetValue(i, out var schema))
            {
                written.Append(schema).Append('.');
            }

            var (kind, text) = tokens[i];
            _ = kind switch
            {
                SqlTokenKind.Quoted => written.Append('"').Append(text).Append('"'),
                SqlTokenKind.Text => written.Append('\'').Append(text).Append('\''),
                _ => written.Append(text),
            };
        }

        return written.ToString();
    }

    private static bool IsTight(SqlToken before, SqlToken token) =>
        before.IsSign("(") || token.IsSign(")") || token.IsSign(",") || before.IsSign(".") || token.IsSign(".");

    // What other servers' tools write; and a name of which PostgreSQL reads the start only.
    private static bool IsForeign(SqlToken token) =>
        token.Kind switch
        {
            SqlTokenKind.Parameter => token.Text[0] != '$',
            SqlTokenKind.Quoted => token.IsBacktick || Encoding.UTF8.GetByteCount(token.Text) > MaxName,
            SqlTokenKind.Word => token.Text.Length > MaxName,
            _ => false,
        };
}
