using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Conditions;

/// <summary>Gives what was written its meaning: names become attributes, and every mistake of type is found before anything runs.</summary>
internal sealed class ConditionChecker
{
    /// <summary>Mistakes that are listed of one condition; the rest follows from them more often than not.</summary>
    internal const int MaxErrors = 16;

    private readonly List<ConditionError> _errors = [];
    private readonly AttributeReader _attributes;

    private ConditionChecker(ConditionSchema schema) => _attributes = new AttributeReader(schema, Complain);

    /// <summary>The formula that <paramref name="syntax"/> means, or its mistakes.</summary>
    public static (Formula? Formula, ImmutableArray<ConditionError> Errors) Check(Syntax syntax, ConditionSchema schema)
    {
        var checker = new ConditionChecker(schema);
        var formula = checker.ReadFormula(syntax);
        return checker._errors.Count == 0 && formula is not null
            ? (formula, [])
            : (null, [.. checker._errors.OrderBy(error => error.Column).Take(MaxErrors)]);
    }

    private Formula? ReadFormula(Syntax syntax)
    {
        switch (syntax)
        {
            case Syntax.Chain chain:
                var terms = chain.Terms.Select(ReadFormula).ToList();
                ImmutableArray<Formula> known = [.. terms.OfType<Formula>()];
                return known.Length != terms.Count ? null
                    : chain.IsAnd ? new Formula.And(known) { Column = syntax.Column }
                    : new Formula.Or(known) { Column = syntax.Column };
            case Syntax.Not not:
                return ReadFormula(not.Operand) is { } operand
                    ? new Formula.Not(operand) { Column = syntax.Column }
                    : null;
            case Syntax.Relation { Operator: "in" } relation:
                return ReadMembership(relation);
            case Syntax.Relation relation:
                return ReadComparison(relation);
            case Syntax.Call { Function: "has", Target: null } call:
                return ReadPresence(call);
            case Syntax.Call { Function: "startsWith" or "endsWith" or "contains" } call:
                return ReadTextTest(call);
            default:
                return ReadFlag(syntax);
        }
    }

    private Formula.Flag? ReadFlag(Syntax syntax)
    {
        if (ReadTerm(syntax) is not { } term)
        {
            return null;
        }

        if (term.Type.Kind is ValueKind.Bool or ValueKind.Dynamic)
        {
            return new Formula.Flag(term) { Column = syntax.Column };
        }

        return Complain<Formula.Flag>(
            syntax.Column,
            $"expected bool, got {term.Type}: `{term}`",
            term is Term.Literal ? "" : $"Compare it: `{term} == …`."
        );
    }

    private Formula.Comparison? ReadComparison(Syntax.Relation relation)
    {
        var (left, right) = (ReadTerm(relation.Left), ReadTerm(relation.Right));
        if (left is null || right is null)
        {
            return null;
        }

        var comparator = relation.Operator switch
        {
            "==" => Comparator.Equal,
            "!=" => Comparator.NotEqual,
            "<" => Comparator.Less,
            "<=" => Comparator.LessOrEqual,
            ">" => Comparator.Greater,
            _ => Comparator.GreaterOrEqual,
        };
        if (TypeRules.FindMistake(comparator, left, right) is var (message, hint))
        {
            return Complain<Formula.Comparison>(relation.OperatorColumn, message, hint);
        }

        return new Formula.Comparison(comparator, left, right) { Column = relation.Column };
    }

    private Formula.Membership? ReadMembership(Syntax.Relation relation)
    {
        var item = ReadTerm(relation.Left);
        var list = relation.Right is Syntax.Row row ? ReadRow(row) : ReadTerm(relation.Right);
        if (item is null || list is null)
        {
            return null;
        }

        if (TypeRules.FindMistake(item, list) is var (message, hint))
        {
            return Complain<Formula.Membership>(relation.OperatorColumn, message, hint);
        }

        return new Formula.Membership(item, list) { Column = relation.Column };
    }

    private Term.Literal? ReadRow(Syntax.Row row)
    {
        if (
            row.Items.FirstOrDefault(item => item is not Syntax.Literal { Value.Kind: not ValueKind.List }) is { } other
        )
        {
            return Complain<Term.Literal>(
                other.Column,
                "a list holds literals only",
                "Compare with attributes one by one: `a == b || a == c`."
            );
        }

        var items = row.Items.Cast<Syntax.Literal>().Select(literal => literal.Value).ToArray();
        if (items.Length == 0)
        {
            return Complain<Term.Literal>(row.Column, "nothing is in an empty list");
        }

        var kinds = items.Select(item => item.Kind).Where(kind => kind != ValueKind.Null).Distinct().ToArray();
        return kinds.Length > 1
            ? Complain<Term.Literal>(
                row.Column,
                $"a list holds one type, not {string.Join(" and ", kinds.Select(kind => kind.ToString().ToLowerInvariant()))}"
            )
            : new Term.Literal(AttributeValue.List(items)) { Column = row.Column };
    }

    private Formula.TextTest? ReadTextTest(Syntax.Call call)
    {
        if (call.Target is null || call.Arguments.Length != 1)
        {
            return Complain<Formula.TextTest>(
                call.NameColumn,
                $"`{call.Function}` is asked of a text, with one text",
                $"Write `args.name.{call.Function}(\"…\")`."
            );
        }

        var (text, piece) = (ReadTerm(call.Target), ReadTerm(call.Arguments[0]));
        foreach (var term in new[] { text, piece })
        {
            if (term is not null && term.Type.Kind is not (ValueKind.String or ValueKind.Dynamic))
            {
                return Complain<Formula.TextTest>(term.Column, $"expected string, got {term.Type}: `{term}`");
            }
        }

        if (piece is Term.Literal { Value.Utf8.IsEmpty: true })
        {
            return Complain<Formula.TextTest>(piece.Column, "every text holds the empty text");
        }

        var kind = call.Function switch
        {
            "startsWith" => TextTestKind.StartsWith,
            "endsWith" => TextTestKind.EndsWith,
            _ => TextTestKind.Contains,
        };
        return text is null || piece is null ? null : new Formula.TextTest(kind, text, piece) { Column = call.Column };
    }

    private Formula.Presence? ReadPresence(Syntax.Call call)
    {
        if (call.Arguments is not [Syntax.Select argument])
        {
            return Complain<Formula.Presence>(
                call.Column,
                "`has` takes one argument's name",
                "Write `has(args.name)`."
            );
        }

        if (_attributes.Read(argument) is not { } attribute)
        {
            return null;
        }

        return attribute.Root == AttributeRoot.Args
            ? new Formula.Presence(attribute) { Column = call.Column }
            : Complain<Formula.Presence>(
                argument.Column,
                $"`has` takes an argument, not `{attribute}`",
                "An attribute that isn't known is unknown, not absent."
            );
    }

    private Term? ReadTerm(Syntax syntax) =>
        syntax switch
        {
            Syntax.Literal literal => new Term.Literal(literal.Value) { Column = syntax.Column },
            Syntax.Name or Syntax.Select or Syntax.Index => _attributes.Read(syntax),
            Syntax.Call { Function: "size" } call => ReadSize(call),
            Syntax.Row => Complain<Term>(syntax.Column, "a list stands after `in` only"),
            Syntax.Call { Function: "has", Target: null }
            or Syntax.Call { Function: "startsWith" or "endsWith" or "contains" } => Complain<Term>(
                syntax.Column,
                "expected a value, got a condition",
                "It is true or false by itself: `!` is its opposite."
            ),
            Syntax.Call call => ReadUnknownCall(call),
            Syntax.Not => Complain<Term>(
                syntax.Column,
                "expected a value, got a condition",
                "`!` binds tighter than a comparison: write `!(a == b)`."
            ),
            _ => Complain<Term>(
                syntax.Column,
                "expected a value, got a condition",
                "Join conditions with `&&` and `||`, don't compare them."
            ),
        };

    private Term.Size? ReadSize(Syntax.Call call)
    {
        ImmutableArray<Syntax> operands = call.Target is null ? call.Arguments : [call.Target, .. call.Arguments];
        if (operands is not [var operand])
        {
            return Complain<Term.Size>(call.NameColumn, "`size` takes one text or list", "Write `size(args.name)`.");
        }

        var term = operand is Syntax.Row row ? ReadRow(row) : ReadTerm(operand);
        if (term is null)
        {
            return null;
        }

        return term.Type.Kind is ValueKind.String or ValueKind.List or ValueKind.Dynamic
            ? new Term.Size(term) { Column = call.Column }
            : Complain<Term.Size>(term.Column, $"expected string or list, got {term.Type}: `{term}`");
    }

    private Term? ReadUnknownCall(Syntax.Call call)
    {
        var hint = call.Function switch
        {
            "matches" => "There are no regular expressions: use `startsWith`, `endsWith`, `contains` or `in`.",
            "exists" or "all" or "filter" or "map" or "exists_one" => "There are no loops: use `in`.",
            "int" or "uint" or "double" or "string" or "bool" or "timestamp" or "duration" or "dyn" or "type" =>
                "There are no conversions: values are compared as they are.",
            _ => NearestWord.Hint(call.Function, ["startsWith", "endsWith", "contains", "size", "has"]),
        };
        return Complain<Term>(call.NameColumn, $"`{call.Function}` is not a function of conditions", hint);
    }

    private T? Complain<T>(int column, string message, string hint = "")
        where T : class
    {
        Complain(column, message, hint);
        return null;
    }

    private void Complain(int column, string message, string hint) =>
        _errors.Add(new ConditionError(column, message, hint));
}
