using System.Collections.Immutable;
using System.Globalization;

namespace Bartizan.Core.Conditions;

/// <summary>
/// Reads CEL's grammar, one function for each of its lines, as far as conditions go. Bounded in length by
/// <see cref="Condition.MaxLength"/>, in depth and number of parts by the constants here.
/// </summary>
internal sealed class ConditionParser
{
    /// <summary>Parentheses, brackets, calls and `!` inside one another: nobody reads more, and the stack holds far more.</summary>
    internal const int MaxDepth = 32;

    /// <summary>Names, literals and operators: bounds what one evaluation can cost.</summary>
    internal const int MaxParts = 512;

    private static readonly string[] _relations = ["==", "!=", "<", "<=", ">", ">=", "in"];

    private readonly List<Token> _tokens;
    private int _at;
    private int _depth;
    private int _parts;

    private ConditionParser(List<Token> tokens) => _tokens = tokens;

    private Token Next => _tokens[_at];

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="ConditionProblem">When it is no CEL, or CEL beyond the subset.</exception>
    public static Syntax Read(string text)
    {
        var parser = new ConditionParser(ConditionLexer.Read(text));
        if (parser.Next.Kind == TokenKind.End)
        {
            throw new ConditionProblem(1, "the condition is empty", "Leave `when` out where nothing is to be tested.");
        }

        var syntax = parser.ReadExpression();
        return parser.Next.Kind == TokenKind.End ? syntax : throw parser.Unexpected("an operator or the end");
    }

    // Expr = ConditionalOr
    private Syntax ReadExpression()
    {
        Enter();
        var syntax = ReadChain("||", () => ReadChain("&&", ReadRelation));
        _depth--;
        return syntax;
    }

    // ConditionalOr = ConditionalAnd { "||" ConditionalAnd } ; ConditionalAnd = Relation { "&&" Relation }
    private Syntax ReadChain(string symbol, Func<Syntax> readTerm)
    {
        var first = readTerm();
        if (!Next.Is(symbol))
        {
            return first;
        }

        var terms = ImmutableArray.CreateBuilder<Syntax>();
        terms.Add(first);
        while (Next.Is(symbol))
        {
            Count();
            _at++;
            terms.Add(readTerm());
        }

        return new Syntax.Chain(symbol == "&&", terms.ToImmutable());
    }

    // Relation = Unary [ relop Unary ]
    private Syntax ReadRelation()
    {
        var left = ReadUnary();
        if (!IsRelation(Next))
        {
            return left;
        }

        Count();
        var relation = Next;
        _at++;
        var right = ReadUnary();
        return IsRelation(Next)
            ? throw new ConditionProblem(
                Next.Column,
                "comparisons can't be chained",
                "Write `a < b && b < c` for `a < b < c`."
            )
            : new Syntax.Relation(relation.Text, relation.Column, left, right);
    }

    // Unary = { "!" } Member | "-" number
    private Syntax ReadUnary()
    {
        var start = Next.Column;
        if (Next.Is("!"))
        {
            Enter();
            _at++;
            var operand = ReadUnary();
            _depth--;
            return new Syntax.Not(operand, start);
        }

        if (!Next.Is("-"))
        {
            return ReadMember();
        }

        _at++;
        return Next.Kind is TokenKind.Int or TokenKind.Double
            ? ReadNumber("-", start)
            : throw new ConditionProblem(
                start,
                "`-` stands before a number only",
                "Conditions compare, they don't calculate."
            );
    }

    // Member = Primary { "." name [ "(" list ")" ] | "[" Expr "]" }
    private Syntax ReadMember()
    {
        var member = ReadPrimary();
        while (true)
        {
            if (Next.Is("."))
            {
                _at++;
                var name = Expect(TokenKind.Identifier, "a name");
                CheckMemberName(name);
                Count();
                member = Next.Is("(")
                    ? new Syntax.Call(member, name.Text, ReadList("(", ")"), name.Column)
                    : new Syntax.Select(member, name.Text, name.Column);
            }
            else if (Next.Is("["))
            {
                _at++;
                var key = ReadExpression();
                Expect("]");
                member = new Syntax.Index(member, key);
            }
            else
            {
                return member;
            }
        }
    }

    // Primary = literal | name [ "(" list ")" ] | "(" Expr ")" | "[" list "]"
    private Syntax ReadPrimary()
    {
        Count();
        var token = Next;
        switch (token.Kind)
        {
            case TokenKind.Int or TokenKind.Double:
                return ReadNumber("", token.Column);
            case TokenKind.String:
                _at++;
                return new Syntax.Literal(AttributeValue.Of(token.Text), token.Column);
            case TokenKind.Identifier:
                _at++;
                return ReadWord(token);
            case TokenKind.Symbol when token.Text == "(":
                _at++;
                var inner = ReadExpression();
                Expect(")");
                return inner;
            case TokenKind.Symbol when token.Text == "[":
                return new Syntax.Row(ReadList("[", "]"), token.Column);
            default:
                throw Unexpected("an attribute or a value");
        }
    }

    private Syntax ReadWord(Token token) =>
        token.Text switch
        {
            "true" => new Syntax.Literal(AttributeValue.True, token.Column),
            "false" => new Syntax.Literal(AttributeValue.False, token.Column),
            "null" => new Syntax.Literal(AttributeValue.Null, token.Column),
            "in" => throw new ConditionProblem(token.Column, "`in` stands between a value and a list"),
            _ when Next.Is("(") => new Syntax.Call(null, token.Text, ReadList("(", ")"), token.Column),
            _ => new Syntax.Name(token.Text, token.Column),
        };

    private Syntax.Literal ReadNumber(string sign, int column)
    {
        var token = Next;
        _at++;
        if (token.Kind == TokenKind.Double)
        {
            var real = double.Parse(sign + token.Text, NumberStyles.Float, CultureInfo.InvariantCulture);
            return double.IsFinite(real) ? new Syntax.Literal(AttributeValue.Of(real), column) : throw TooLarge(token);
        }

        var isHex = token.Text.Length > 1 && token.Text[1] is 'x' or 'X';
        var digits = isHex ? token.Text.AsSpan(2) : token.Text;
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        if (!UInt128.TryParse(digits, style, CultureInfo.InvariantCulture, out var size))
        {
            throw TooLarge(token);
        }

        var limit = (UInt128)long.MaxValue + (sign == "-" ? UInt128.One : UInt128.Zero);
        return size > limit
            ? throw TooLarge(token)
            : new Syntax.Literal(AttributeValue.Of(sign == "-" ? unchecked(-(long)size) : (long)size), column);
    }

    private ImmutableArray<Syntax> ReadList(string open, string close)
    {
        Expect(open);
        var items = ImmutableArray.CreateBuilder<Syntax>();
        while (!Next.Is(close))
        {
            items.Add(ReadExpression());
            if (!Next.Is(","))
            {
                break;
            }

            _at++;
        }

        Expect(close);
        return items.ToImmutable();
    }

    private static bool IsRelation(Token token) =>
        token.Kind is TokenKind.Symbol or TokenKind.Identifier && _relations.Contains(token.Text);

    private static void CheckMemberName(Token name)
    {
        if (!ConditionSchema.IsIdentifier(name.Text))
        {
            throw new ConditionProblem(
                name.Column,
                $"`{name.Text}` is a word of the language",
                $"Write `[\"{name.Text}\"]`."
            );
        }
    }

    private Token Expect(TokenKind kind, string what)
    {
        var token = Next;
        if (token.Kind != kind)
        {
            throw Unexpected(what);
        }

        _at++;
        return token;
    }

    private void Expect(string symbol)
    {
        if (!Next.Is(symbol))
        {
            throw Unexpected($"`{symbol}`");
        }

        _at++;
    }

    private void Enter()
    {
        if (++_depth > MaxDepth)
        {
            throw new ConditionProblem(
                Next.Column,
                $"a condition is at most {MaxDepth} levels deep",
                "Split the rule."
            );
        }
    }

    private void Count()
    {
        if (++_parts > MaxParts)
        {
            throw new ConditionProblem(Next.Column, $"a condition has at most {MaxParts} parts", "Split the rule.");
        }
    }

    private static ConditionProblem TooLarge(Token token) =>
        new(token.Column, $"`{token.Text}` is too large", "Numbers have 64 bits.");

    private ConditionProblem Unexpected(string expected)
    {
        var token = Next;
        var hint = token.Text switch
        {
            _ when token.Kind != TokenKind.Identifier => "",
            "and" or "AND" => "Both is `&&`.",
            "or" or "OR" => "Either is `||`.",
            "not" or "NOT" => "The opposite is `!`.",
            "is" => "Equality is `==`.",
            _ => "",
        };
        var got = token.Kind switch
        {
            TokenKind.End => "the end",
            TokenKind.String => "a string",
            _ => $"`{token.Text}`",
        };
        return new ConditionProblem(token.Column, $"expected {expected}, got {got}", hint);
    }
}
