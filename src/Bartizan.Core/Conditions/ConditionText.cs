using System.Text;

namespace Bartizan.Core.Conditions;

/// <summary>Writes a tree as CEL that reads back as the same tree.</summary>
internal static class ConditionText
{
    public static string Of(Formula formula) =>
        formula switch
        {
            Formula.And and => string.Join(" && ", and.Terms.Select(Joined)),
            Formula.Or or => string.Join(" || ", or.Terms.Select(Joined)),
            Formula.Not not => not.Operand is Formula.Comparison or Formula.Membership or Formula.And or Formula.Or
                ? $"!({Of(not.Operand)})"
                : $"!{Of(not.Operand)}",
            Formula.Comparison c => $"{Of(c.Left)} {Symbol(c.Comparator)} {Of(c.Right)}",
            Formula.Membership m => $"{Of(m.Item)} in {Of(m.List)}",
            Formula.TextTest t => $"{Of(t.Text)}.{Name(t.Kind)}({Of(t.Piece)})",
            Formula.Flag f => Of(f.Value),
            Formula.Presence p => $"has({Of(p.Argument)})",
            _ => throw new ArgumentOutOfRangeException(nameof(formula)),
        };

    public static string Of(Term term) =>
        term switch
        {
            Term.Literal literal => literal.Value.ToString(),
            Term.Attribute attribute => Of(attribute),
            Term.Size size => $"size({Of(size.Operand)})",
            _ => throw new ArgumentOutOfRangeException(nameof(term)),
        };

    public static string Symbol(Comparator comparator) =>
        comparator switch
        {
            Comparator.Equal => "==",
            Comparator.NotEqual => "!=",
            Comparator.Less => "<",
            Comparator.LessOrEqual => "<=",
            Comparator.Greater => ">",
            Comparator.GreaterOrEqual => ">=",
            _ => throw new ArgumentOutOfRangeException(nameof(comparator)),
        };

    private static string Name(TextTestKind kind) =>
        kind switch
        {
            TextTestKind.StartsWith => "startsWith",
            TextTestKind.EndsWith => "endsWith",
            TextTestKind.Contains => "contains",
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };

    private static string Joined(Formula term) => term is Formula.And or Formula.Or ? $"({Of(term)})" : Of(term);

    private static string Of(Term.Attribute attribute)
    {
        var text = new StringBuilder(ConditionSchema.WordOf(attribute.Root));
        foreach (var step in attribute.Path)
        {
            _ = step.Name switch
            {
                null => text.Append('[').Append(step.Index).Append(']'),
                var name when ConditionSchema.IsIdentifier(name) => text.Append('.').Append(name),
                var name => text.Append('[').Append(StringLiteral.Write(name)).Append(']'),
            };
        }

        return text.ToString();
    }
}
