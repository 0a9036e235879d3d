using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Queries;

/// <summary>
/// Reads one query that only reads: SELECT with joins, sub-queries, WITH, set operations, grouping, windows, ORDER BY and LIMIT, as
/// PostgreSQL, MySQL and SQLite all read them. Everything else (a second statement, INTO, FOR UPDATE, a WITH that writes, functions
/// that return tables) isn't understood, and is nothing that may be allowed.
/// </summary>
internal sealed partial class SqlParser
{
    /// <summary>Brackets, sub-queries and operators within one another.</summary>
    public const int MaxDepth = 64;

    private const string All = "*";

    /// <summary>Where a table is looked for that says no schema.</summary>
    public const string OwnSchema = "public";

    private const string ServersSchema = "pg_catalog";

    private readonly ImmutableArray<SqlToken> _tokens;
    private readonly List<SqlTable> _tables = [];
    private readonly HashSet<string> _functions = new(StringComparer.Ordinal);
    private readonly HashSet<string> _columns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sets = new(StringComparer.Ordinal);
    private readonly List<(int Token, string Schema)> _schemas = [];
    private readonly Stack<(string Name, bool IsQuoted)> _withs = new();
    private int _at;
    private int _depth;
    private bool _isRecursive;

    private SqlParser(ImmutableArray<SqlToken> tokens) => _tokens = tokens;

    private SqlToken Now => _tokens[_at];

    /// <summary>The query; null when the text isn't one that is understood.</summary>
    public static SqlQuery? Parse(ReadOnlySpan<char> text) =>
        Parse(text, writes: false) is { Verb: SqlVerb.Select } query ? query : null;

    /// <summary>The same of a statement that may write; null when the text isn't one that is understood.</summary>
    public static SqlQuery? Parse(ReadOnlySpan<char> text, bool writes) =>
        SqlLexer.Read(text) is { } tokens ? Parse(tokens, writes) : null;

    /// <summary>The same of tokens.</summary>
    public static SqlQuery? Parse(ImmutableArray<SqlToken> tokens, bool writes)
    {
        var parser = new SqlParser(tokens);
        try
        {
            var (verb, rows) =
                writes && parser.Write() is var written and not SqlVerb.Unknown
                    ? (written, null)
                    : (SqlVerb.Select, parser.Query());
            parser.TakeSign(";");
            Expect(parser.Now.Kind == SqlTokenKind.End);
            return new SqlQuery([.. parser._tables], [.. parser._functions.Order(StringComparer.Ordinal)], rows)
            {
                Verb = verb,
                Columns = [.. parser.WithRows().Order(StringComparer.Ordinal)],
                Sets = [.. parser._sets.Order(StringComparer.Ordinal)],
                Schemas = [.. parser._schemas],
                IsRecursive = parser._isRecursive,
            };
        }
        catch (NotUnderstoodException)
        {
            return null;
        }
    }

    // The most rows that it returns; null when it doesn't say.
    private long? Query()
    {
        Deeper();
        var known = _withs.Count;
        if (Take("with"))
        {
            var isRecursive = Take("recursive");
            _isRecursive |= isRecursive;
            do
            {
                With(isRecursive);
            } while (TakeSign(","));
        }

        Sets();
        if (Take("order"))
        {
            Expect(Take("by"));
            Orders();
        }

        var rows = Limit();
        while (_withs.Count > known)
        {
            _withs.Pop();
        }

        _depth--;
        return rows;
    }

    private void With(bool isRecursive)
    {
        var name = Name();
        if (TakeSign("("))
        {
            Names();
            Expect(TakeSign(")"));
        }

        Expect(Take("as"));
        Expect(TakeSign("("));
        if (isRecursive)
        {
            _withs.Push(name);
            Query();
        }
        else
        {
            // What it is called isn't known within it: the same name there is a table.
            Query();
            _withs.Push(name);
        }

        Expect(TakeSign(")"));
    }

    private void Sets()
    {
        Select();
        while (Take("union") || Take("intersect") || Take("except"))
        {
            _ = Take("all") || Take("distinct");
            Select();
        }
    }

    private void Select()
    {
        if (TakeSign("("))
        {
            Query();
            Expect(TakeSign(")"));
            return;
        }

        Expect(Take("select"));
        _ = Take("distinct") || Take("all");
        do
        {
            Item();
        } while (TakeSign(","));

        if (Take("from"))
        {
            do
            {
                Joined();
            } while (TakeSign(","));
        }

        if (Take("where"))
        {
            Expression();
        }

        if (Take("group"))
        {
            Expect(Take("by"));
            Expressions();
        }

        if (Take("having"))
        {
            Expression();
        }
    }

    private void Item()
    {
        if (TakeSign("*"))
        {
            _columns.Add(All);
            return;
        }

        Expression();
        if (Take("as") || IsName())
        {
            Name();
        }
    }

    private void Joined()
    {
        Source();
        while (true)
        {
            var isCross = Take("cross");
            if (!isCross && (Take("left") || Take("right") || Take("full")))
            {
                _ = Take("outer");
            }
            else if (!isCross && !Take("inner") && !Now.Is("join"))
            {
                return;
            }

            Expect(Take("join"));
            Source();
            if (isCross)
            {
                continue;
            }

            if (Take("on"))
            {
                Expression();
            }
            else
            {
                Expect(Take("using") && TakeSign("("));
                Names(_columns);
                Expect(TakeSign(")"));
            }
        }
    }

    private void Source()
    {
        var isQuery = false;
        if (TakeSign("("))
        {
            Deeper();
            isQuery = Now.Is("select") || Now.Is("with") || Now.IsSign("(");
            if (isQuery)
            {
                Query();
            }
            else
            {
                Joined();
            }

            _depth--;
            Expect(TakeSign(")"));
        }
        else
        {
            Table();
        }

        if (Take("as") || IsName())
        {
            var alias = Name();
            _sources.Add(Folded(alias.Name, alias.IsQuoted));
            if (TakeSign("("))
            {
                // Behind a table it would give its columns other names.
                Expect(isQuery);
                Names();
                Expect(TakeSign(")"));
            }
        }
    }

    private void Table()
    {
        TableName();
        // What follows a table's name in brackets would make it a function.
        Expect(!Now.IsSign("("));
    }

    private void TableName()
    {
        var at = _at;
        var first = Name();
        var (text, parts) = (Folded(first.Name, first.IsQuoted), 1);
        var last = first;
        while (TakeSign("."))
        {
            last = Name();
            (text, parts) = ($"{text}.{Folded(last.Name, last.IsQuoted)}", parts + 1);
        }

        _sources.Add(Folded(last.Name, last.IsQuoted));

        // A point within quotes would read as a schema's.
        Expect(text.Count(c => c == '.') == parts - 1);
        // INVARIANT: only the very spelling of a WITH is that WITH; servers disagree on case, and any other spelling counts as a table.
        if (parts > 1 || !_withs.Contains(first))
        {
            _tables.Add(new SqlTable(text));
            if (parts == 1)
            {
                _schemas.Add((at, OwnSchema));
            }
        }
    }

    private long? Limit()
    {
        if (!Take("limit"))
        {
            return null;
        }

        if (Now.Kind == SqlTokenKind.Parameter)
        {
            // How many is told apart from the query: it doesn't say.
            _at++;
            Offset();
            return null;
        }

        var rows =
            Now.Kind == SqlTokenKind.Number && long.TryParse(Now.Text, CultureInfo.InvariantCulture, out var read)
                ? read
                : (long?)null;
        Expect(rows is not null);
        _at++;
        Offset();
        return rows;
    }

    // `LIMIT a, b` means b rows to some and is an error to others.
    private void Offset()
    {
        if (Take("offset"))
        {
            Expect(Now.Kind is SqlTokenKind.Number or SqlTokenKind.Parameter);
            _at++;
        }
    }

    private void Orders()
    {
        do
        {
            Expression();
            _ = Take("asc") || Take("desc");
            if (Take("nulls"))
            {
                Expect(Take("first") || Take("last"));
            }
        } while (TakeSign(","));
    }

    private void Names(HashSet<string>? into = null)
    {
        do
        {
            var (name, isQuoted) = Name();
            into?.Add(Folded(name, isQuoted));
        } while (TakeSign(","));
    }

    private static string Folded(string name, bool isQuoted) => isQuoted ? name : name.ToLowerInvariant();

    private (string Name, bool IsQuoted) Name()
    {
        Expect(IsName());
        var token = _tokens[_at++];
        return (token.Text, token.Kind == SqlTokenKind.Quoted);
    }

    private bool IsName() =>
        Now.Kind == SqlTokenKind.Quoted || (Now.Kind == SqlTokenKind.Word && !SqlWords.Reserved.Contains(Now.Text));

    private bool Take(string word)
    {
        var isIt = Now.Is(word);
        _at += isIt ? 1 : 0;
        return isIt;
    }

    private bool TakeSign(string sign)
    {
        var isIt = Now.IsSign(sign);
        _at += isIt ? 1 : 0;
        return isIt;
    }

    private void Deeper() => Expect(++_depth <= MaxDepth);

    private static void Expect(bool holds)
    {
        if (!holds)
        {
            throw new NotUnderstoodException();
        }
    }

    private sealed class NotUnderstoodException : Exception;
}
