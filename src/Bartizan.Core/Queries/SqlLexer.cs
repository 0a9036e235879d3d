using System.Collections.Immutable;

namespace Bartizan.Core.Queries;

/// <summary>
/// The tokens of a query, as far as PostgreSQL, MySQL, SQLite and SQL Server agree on them. What one of them reads otherwise than
/// another (comments, backslashes, dollar quotes, prefixed texts, brackets) has no tokens here: the query is then not understood.
/// </summary>
internal static class SqlLexer
{
    /// <summary>Characters of a query; no question of a person's needs more.</summary>
    public const int MaxLength = 16_384;

    private static readonly string[] s_signs =
    [
        "<>",
        "!=",
        "<=",
        ">=",
        "||",
        "::",
        "(",
        ")",
        ",",
        ".",
        ";",
        "*",
        "+",
        "-",
        "/",
        "%",
        "<",
        ">",
        "=",
    ];

    /// <summary>The tokens; null when the text isn't understood.</summary>
    public static ImmutableArray<SqlToken>? Read(ReadOnlySpan<char> text)
    {
        if (text.Length > MaxLength)
        {
            return null;
        }

        var tokens = ImmutableArray.CreateBuilder<SqlToken>();
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t' or '\r' or '\n')
            {
                at++;
                continue;
            }

            if (Next(text[at..]) is not ({ } token, var length))
            {
                return null;
            }

            // A word right after a text or number is a prefix or suffix to one of them, and two texts in a row are one to some.
            if (tokens is [.., var last] && Sticks(last, token, text, at))
            {
                return null;
            }

            tokens.Add(token);
            at += length;
        }

        tokens.Add(new SqlToken(SqlTokenKind.End, ""));
        return tokens.ToImmutable();
    }

    private static bool Sticks(SqlToken last, SqlToken token, ReadOnlySpan<char> text, int at) =>
        (last.Kind == SqlTokenKind.Text && token.Kind == SqlTokenKind.Text)
        || (
            text[at - 1] is not (' ' or '\t' or '\r' or '\n')
            && last.Kind is not SqlTokenKind.Sign
            && token.Kind is not SqlTokenKind.Sign
        );

    private static (SqlToken Token, int Length)? Next(ReadOnlySpan<char> text)
    {
        var first = text[0];
        if (char.IsAsciiLetter(first) || first == '_')
        {
            var length = Run(text, 1, c => char.IsAsciiLetterOrDigit(c) || c == '_');
            return (new SqlToken(SqlTokenKind.Word, text[..length].ToString()), length);
        }

        if (char.IsAsciiDigit(first))
        {
            var length = Number(text);
            return (new SqlToken(SqlTokenKind.Number, text[..length].ToString()), length);
        }

        return first switch
        {
            '\'' => Between(text, '\'', SqlTokenKind.Text),
            '"' => Between(text, '"', SqlTokenKind.Quoted),
            '`' => Between(text, '`', SqlTokenKind.Quoted),
            '?' => (new SqlToken(SqlTokenKind.Parameter, "?"), 1),
            '$' or ':' when text.Length > 1 && char.IsAsciiLetterOrDigit(text[1]) => Parameter(text),
            _ => Sign(text),
        };
    }

    // Neither a backslash, which ends a text earlier or later depending on the server, nor a doubled quote in a name.
    private static (SqlToken Token, int Length)? Between(ReadOnlySpan<char> text, char quote, SqlTokenKind kind)
    {
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] is '\\' or '\0')
            {
                return null;
            }

            if (text[i] != quote)
            {
                continue;
            }

            if (i + 1 < text.Length && text[i + 1] == quote)
            {
                if (kind == SqlTokenKind.Quoted)
                {
                    return null;
                }

                i++;
                continue;
            }

            return i > 1 || kind == SqlTokenKind.Text
                ? (new SqlToken(kind, text[1..i].ToString()) { IsBacktick = quote == '`' }, i + 1)
                : null;
        }

        return null;
    }

    private static (SqlToken Token, int Length)? Parameter(ReadOnlySpan<char> text)
    {
        var isNumbered = text[0] == '$';
        var length = Run(text, 1, c => char.IsAsciiDigit(c) || (!isNumbered && (char.IsAsciiLetter(c) || c == '_')));
        return length > 1 ? (new SqlToken(SqlTokenKind.Parameter, text[..length].ToString()), length) : null;
    }

    private static (SqlToken Token, int Length)? Sign(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("--", StringComparison.Ordinal) || text.StartsWith("/*", StringComparison.Ordinal))
        {
            return null;
        }

        foreach (var sign in s_signs)
        {
            if (text.StartsWith(sign, StringComparison.Ordinal))
            {
                return (new SqlToken(SqlTokenKind.Sign, sign), sign.Length);
            }
        }

        return null;
    }

    private static int Number(ReadOnlySpan<char> text)
    {
        var length = Run(text, 1, char.IsAsciiDigit);
        if (length + 1 < text.Length && text[length] == '.' && char.IsAsciiDigit(text[length + 1]))
        {
            length = Run(text, length + 1, char.IsAsciiDigit);
        }

        return length;
    }

    private static int Run(ReadOnlySpan<char> text, int from, Func<char, bool> goesOn)
    {
        while (from < text.Length && goesOn(text[from]))
        {
            from++;
        }

        return from;
    }
}
