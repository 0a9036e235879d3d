using System.Collections.Immutable;

namespace Bartizan.Core.Conditions;

/// <summary>
/// One tree for conditions that differ in spelling only: `!` stands before what has no opposite of its own, `&amp;&amp;` and
/// `||` are flat, sorted and without doubles, literals stand on the right, lists are sorted.
/// </summary>
/// <remarks>
/// INVARIANT: it has the same <see cref="Truth"/> as what it was made of, whatever the facts. De Morgan's laws hold in
/// Kleene's logic; the opposite of `&lt;` is `&gt;=` because no value is NaN and a comparison of different types is unknown
/// either way.
/// </remarks>
internal static class CanonicalForm
{
    public static Formula Of(Formula formula) => Of(formula, isNegated: false);

    /// <summary>The comparator that says the same with the sides exchanged.</summary>
    public static Comparator Flip(Comparator comparator) =>
        comparator switch
        {
            Comparator.Less => Comparator.Greater,
            Comparator.LessOrEqual => Comparator.GreaterOrEqual,
            Comparator.Greater => Comparator.Less,
            Comparator.GreaterOrEqual => Comparator.LessOrEqual,
            _ => comparator,
        };

    private static Formula Of(Formula formula, bool isNegated) =>
        formula switch
        {
            Formula.Not not => Of(not.Operand, !isNegated),
            Formula.And and => Join(and.Terms, isAnd: !isNegated, isNegated),
            Formula.Or or => Join(or.Terms, isAnd: isNegated, isNegated),
            Formula.Comparison comparison => Of(comparison, isNegated),
            Formula.Membership membership => Of(membership, isNegated),
            Formula.TextTest t => Negated(new Formula.TextTest(t.Kind, Plain(t.Text), Plain(t.Piece)), isNegated),
            Formula.Flag { Value: Term.Literal { Value.Kind: ValueKind.Bool } literal } => new Formula.Flag(
                new Term.Literal(AttributeValue.Of((literal.Value.Whole != 0) != isNegated))
            ),
            Formula.Flag f => Negated(new Formula.Flag(Plain(f.Value)), isNegated),
            Formula.Presence p => Negated(new Formula.Presence(p.Argument with { Column = 0 }), isNegated),
            _ => throw new ArgumentOutOfRangeException(nameof(formula)),
        };

    private static Formula Join(ImmutableArray<Formula> terms, bool isAnd, bool isNegated)
    {
        var sorted = new SortedDictionary<string, Formula>(StringComparer.Ordinal);
        foreach (var term in terms.Select(term => Of(term, isNegated)))
        {
            var inner = (term, isAnd) switch
            {
                (Formula.And and, true) => and.Terms,
                (Formula.Or or, false) => or.Terms,
                _ => [term],
            };
            foreach (var one in inner)
            {
                sorted[one.ToString()] = one;
            }
        }

        ImmutableArray<Formula> all = [.. sorted.Values];
        return all.Length == 1 ? all[0]
            : isAnd ? new Formula.And(all)
            : new Formula.Or(all);
    }

    private static Formula Of(Formula.Membership membership, bool isNegated)
    {
        var (item, list) = (Plain(membership.Item), Plain(membership.List));
        if (list is Term.Literal { Value: var literal })
        {
            AttributeValue[] items = [.. literal.Items.DistinctBy(one => one.ToString())];
            if (items is [var only])
            {
                return Of(new Formula.Comparison(Comparator.Equal, item, new Term.Literal(only)), isNegated);
            }

            list = new Term.Literal(AttributeValue.List(items));
        }

        return Negated(new Formula.Membership(item, list), isNegated);
    }

    private static Formula.Comparison Of(Formula.Comparison comparison, bool isNegated)
    {
        var (comparator, left, right) = (comparison.Comparator, Plain(comparison.Left), Plain(comparison.Right));
        comparator = isNegated ? Opposite(comparator) : comparator;
        var isFlipped = (left is Term.Literal, right is Term.Literal) switch
        {
            (true, false) => true,
            (false, true) => false,
            _ => string.CompareOrdinal(left.ToString(), right.ToString()) > 0,
        };
        return isFlipped
            ? new Formula.Comparison(Flip(comparator), right, left)
            : new Formula.Comparison(comparator, left, right);
    }

    private static Comparator Opposite(Comparator comparator) =>
        comparator switch
        {
            Comparator.Equal => Comparator.NotEqual,
            Comparator.NotEqual => Comparator.Equal,
            Comparator.Less => Comparator.GreaterOrEqual,
            Comparator.LessOrEqual => Comparator.Greater,
            Comparator.Greater => Comparator.LessOrEqual,
            Comparator.GreaterOrEqual => Comparator.Less,
            _ => throw new ArgumentOutOfRangeException(nameof(comparator)),
        };

    private static Formula Negated(Formula formula, bool isNegated) => isNegated ? new Formula.Not(formula) : formula;

    // Without columns, and lists in one order.
    private static Term Plain(Term term) =>
        term switch
        {
            Term.Literal { Value: { Kind: ValueKind.List } list } => new Term.Literal(Sorted(list)),
            Term.Size size => new Term.Size(Plain(size.Operand)),
            _ => term with { Column = 0 },
        };

    // A list whose size is asked keeps its length: only the order goes.
    private static AttributeValue Sorted(AttributeValue list) =>
        AttributeValue.List([.. list.Items.OrderBy(item => item.ToString(), StringComparer.Ordinal)]);
}
