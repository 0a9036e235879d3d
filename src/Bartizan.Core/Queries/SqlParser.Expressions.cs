namespace Bartizan.Core.Queries;

internal sealed partial class SqlParser
{
    private static readonly string[] s_comparators = ["=", "<>", "!=", "<", ">", "<=", ">="];

    private static readonly string[] s_operators = ["+", "-", "*", "/", "%", "||"];

    // `DATE '…'` and its like: a type before a text.
    private static readonly HashSet<string> s_typed = new(
        ["date", "time", "timestamp", "interval"],
        StringComparer.OrdinalIgnoreCase
    );

    private static readonly HashSet<string> s_moments = new(
        ["current_date", "current_time", "current_timestamp"],
        StringComparer.OrdinalIgnoreCase
    );

    // Functions that are words of the grammar: they have no schema, and nobody else can have one of their name.
    private static readonly HashSet<string> s_grammar = new(
        ["coalesce", "nullif", "greatest", "least", "extract", "trim"],
        StringComparer.OrdinalIgnoreCase
    );

    private void Expressions()
    {
        do
        {
            Expression();
        } while (TakeSign(","));
    }

    private void Expression()
    {
        Deeper();
        do
        {
            do
            {
                Negation();
            } while (Take("and"));
        } while (Take("or"));

        _depth--;
    }

    private void Negation()
    {
        while (Take("not")) { }

        Relation();
    }

    private void Relation()
    {
        Sum();
        while (true)
        {
            if (Array.Exists(s_comparators, TakeSign))
            {
                if (Take("any") || Take("all"))
                {
                    Each();
                }
                else
                {
                    Sum();
                }
            }
            else if (Take("is"))
            {
                _ = Take("not");
                if (Take("distinct"))
                {
                    Expect(Take("from"));
                    Sum();
                }
                else
                {
                    Expect(Take("null") || Take("true") || Take("false"));
                }
            }
            else if (!Test(Take("not")))
            {
                return;
            }
        }
    }

    private void Each()
    {
        Expect(TakeSign("("));
        if (Now.Is("select") || Now.Is("with"))
        {
            Query();
        }
        else
        {
            Expressions();
        }

        Expect(TakeSign(")"));
    }

    private bool Test(bool isNegated)
    {
        if (Take("in"))
        {
            Each();
            return true;
        }

        if (Take("between"))
        {
            Sum();
            Expect(Take("and"));
            Sum();
            return true;
        }

        if (Take("like") || Take("ilike"))
        {
            Sum();
            if (Take("escape"))
            {
                Expect(Now.Kind == SqlTokenKind.Text);
                _at++;
            }

            return true;
        }

        Expect(!isNegated);
        return false;
    }

    private void Sum()
    {
        Deeper();
        do
        {
            while (TakeSign("-") || TakeSign("+")) { }

            Primary();
            while (TakeSign("::"))
            {
                Type();
            }
        } while (Array.Exists(s_operators, TakeSign));

        _depth--;
    }

    private void Primary()
    {
        if (Now.Kind is SqlTokenKind.Number or SqlTokenKind.Text or SqlTokenKind.Parameter)
        {
            _at++;
        }
        else if (Now.IsSign("("))
        {
            Each();
        }
        else if (Take("exists"))
        {
            Expect(TakeSign("("));
            Query();
            Expect(TakeSign(")"));
        }
        else if (Take("case"))
        {
            Case();
        }
        else if (Take("cast"))
        {
            Expect(TakeSign("("));
            Expression();
            Expect(Take("as"));
            Type();
            Expect(TakeSign(")"));
        }
        else if (
            s_typed.Contains(Now.Text)
            && Now.Kind == SqlTokenKind.Word
            && _tokens[_at + 1].Kind == SqlTokenKind.Text
        )
        {
            _at += 2;
        }
        else if (!Take("null") && !Take("true") && !Take("false"))
        {
            Named();
        }
    }

    private void Case()
    {
        if (!Now.Is("when"))
        {
            Expression();
        }

        Expect(Now.Is("when"));
        while (Take("when"))
        {
            Expression();
            Expect(Take("then"));
            Expression();
        }

        if (Take("else"))
        {
            Expression();
        }

        Expect(Take("end"));
    }

    // What a column's name alone can mean as well: where no column has it, a source's name is its whole row.
    private readonly HashSet<string> _sources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _bare = new(StringComparer.Ordinal);

    private IEnumerable<string> WithRows() => _bare.Overlaps(_sources) ? _columns.Append(All).Distinct() : _columns;

    // A column, or a function.
    private void Named()
    {
        // LEFT and RIGHT are functions, too.
        var isWord =
            Now.Kind == SqlTokenKind.Word && _tokens[_at + 1].IsSign("(") && (Now.Is("left") || Now.Is("right"));
        var at = _at;
        var (name, isQuoted) = isWord ? (_tokens[_at++].Text, false) : Name();
        var column = (Name: name, IsQuoted: isQuoted);
        var parts = 1;
        while (TakeSign("."))
        {
            parts++;
            if (TakeSign("*"))
            {
                _columns.Add(All);
                return;
            }

            column = Name();
        }

        if (!TakeSign("("))
        {
            if (parts > 1 || isQuoted || !s_moments.Contains(name))
            {
                _columns.Add(Folded(column.Name, column.IsQuoted));
                _ = parts > 1 || _bare.Add(Folded(column.Name, column.IsQuoted));
            }

            return;
        }

        // A function that is somebody's own can be anything, whatever its last name.
        Expect(parts == 1 && !isQuoted && !s_moments.Contains(name));
        _functions.Add(name.ToLowerInvariant());
        if (!s_grammar.Contains(name))
        {
            _schemas.Add((at, ServersSchema));
        }

        if (name.Equals("extract", StringComparison.OrdinalIgnoreCase))
        {
            Name();
            Expect(Take("from"));
            Expression();
        }
        else if (!TakeSign("*") && !Now.IsSign(")"))
        {
            _ = Take("distinct") || Take("all");
            Expressions();
            if (Take("order"))
            {
                Expect(Take("by"));
                Orders();
            }
        }

        Expect(TakeSign(")"));
        if (Take("filter"))
        {
            Expect(TakeSign("(") && Take("where"));
            Expression();
            Expect(TakeSign(")"));
        }

        if (Take("over"))
        {
            Window();
        }
    }

    private void Window()
    {
        Expect(TakeSign("("));
        if (Take("partition"))
        {
            Expect(Take("by"));
            Expressions();
        }

        if (Take("order"))
        {
            Expect(Take("by"));
            Orders();
        }

        Expect(TakeSign(")"));
    }

    // `integer`, `varchar(20)`, `numeric(10, 2)`, `double precision`; never a quoted or qualified one, and none whose values are looked up:
    // a text that is cast to `regclass` or `regrole` tells what there is.
    private void Type()
    {
        Expect(Now.Kind == SqlTokenKind.Word && SqlWords.Types.Contains(Now.Text));
        var isDouble = Now.Is("double");
        _at++;
        _ = isDouble && Take("precision");
        if (!TakeSign("("))
        {
            return;
        }

        do
        {
            Expect(Now.Kind == SqlTokenKind.Number);
            _at++;
        } while (TakeSign(","));

        Expect(TakeSign(")"));
    }
}
