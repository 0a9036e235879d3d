namespace Bartizan.Core.Conditions;

/// <summary>The attributes that a formula reads.</summary>
internal static class ConditionAttributes
{
    /// <summary>In the order of the text, with repetitions.</summary>
    public static IEnumerable<Term.Attribute> Of(Formula formula) =>
        formula switch
        {
            Formula.And and => and.Terms.SelectMany(Of),
            Formula.Or or => or.Terms.SelectMany(Of),
            Formula.Not not => Of(not.Operand),
            Formula.Comparison c => Of(c.Left).Concat(Of(c.Right)),
            Formula.Membership m => Of(m.Item).Concat(Of(m.List)),
            Formula.TextTest t => Of(t.Text).Concat(Of(t.Piece)),
            Formula.Flag f => Of(f.Value),
            Formula.Presence p => [p.Argument],
            _ => throw new ArgumentOutOfRangeException(nameof(formula)),
        };

    private static IEnumerable<Term.Attribute> Of(Term term) =>
        term switch
        {
            Term.Attribute attribute => [attribute],
            Term.Size size => Of(size.Operand),
            _ => [],
        };
}
