namespace Bartizan.Core.Conditions;

/// <summary>Compares two values as CEL does. Values of different types have no order and are not known to be equal or not.</summary>
internal static class Comparing
{
    /// <summary>The largest whole number below which every whole number is a double.</summary>
    private const long ExactDoubles = 1L << 53;

    public static Truth Compare(Comparator comparator, in Operand left, in Operand right)
    {
        switch (left.Kind, right.Kind)
        {
            case (OperandKind.Null, OperandKind.Null):
                return comparator switch
                {
                    Comparator.Equal => Truth.True,
                    Comparator.NotEqual => Truth.False,
                    _ => Truth.Unknown,
                };
            case (OperandKind.Bool, OperandKind.Bool):
            case (OperandKind.Int, OperandKind.Int):
                return Ordered(comparator, left.Whole.CompareTo(right.Whole));
            case (OperandKind.Double, OperandKind.Double):
                return Ordered(comparator, left.Real.CompareTo(right.Real));
            case (OperandKind.Int, OperandKind.Double):
                return Mixed(comparator, left.Whole, right.Real);
            case (OperandKind.Double, OperandKind.Int):
                return Mixed(CanonicalForm.Flip(comparator), right.Whole, left.Real);
            // The bytes of UTF-8 are ordered as the code points are.
            case (OperandKind.Text, OperandKind.Text):
                return comparator is Comparator.Equal or Comparator.NotEqual
                    ? Of(left.Text.SequenceEqual(right.Text) == (comparator == Comparator.Equal))
                    : Ordered(comparator, left.Text.SequenceCompareTo(right.Text));
            default:
                return Truth.Unknown;
        }
    }

    /// <summary>Whether a value is <c>null</c>; known of every type.</summary>
    public static Truth IsNull(in Operand operand) =>
        operand.Kind == OperandKind.Unknown ? Truth.Unknown : Of(operand.Kind == OperandKind.Null);

    public static Truth Of(bool value) => value ? Truth.True : Truth.False;

    // A whole number that is no double is compared exactly; where CEL's rounding would say otherwise it is unknown.
    private static Truth Mixed(Comparator comparator, long whole, double real)
    {
        var rounded = ((double)whole).CompareTo(real);
        var isExact = whole is >= -ExactDoubles and <= ExactDoubles;
        return rounded != 0 || isExact || ((Int128)whole == (Int128)real)
            ? Ordered(comparator, rounded)
            : Truth.Unknown;
    }

    private static Truth Ordered(Comparator comparator, int order) =>
        comparator switch
        {
            Comparator.Equal => Of(order == 0),
            Comparator.NotEqual => Of(order != 0),
            Comparator.Less => Of(order < 0),
            Comparator.LessOrEqual => Of(order <= 0),
            Comparator.Greater => Of(order > 0),
            Comparator.GreaterOrEqual => Of(order >= 0),
            _ => Truth.Unknown,
        };
}
