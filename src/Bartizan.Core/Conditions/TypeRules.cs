using System.Globalization;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Conditions;

/// <summary>Which terms may be compared. What can only ever come out one way is a mistake too.</summary>
internal static class TypeRules
{
    /// <summary>What is wrong with a comparison; null when nothing is.</summary>
    public static (string Message, string Hint)? FindMistake(Comparator comparator, Term left, Term right)
    {
        var (a, b) = (left.Type.Kind, right.Type.Kind);
        var isOrder = comparator is not (Comparator.Equal or Comparator.NotEqual);
        if (a == ValueKind.List || b == ValueKind.List)
        {
            return (
                $"`{(a == ValueKind.List ? left : right)}` is a list, which is not compared",
                "Use `in` or `size()`."
            );
        }

        if (a == ValueKind.Null || b == ValueKind.Null)
        {
            return FindNullMistake(isOrder, a == ValueKind.Null ? right : left);
        }

        if (a != b && a != ValueKind.Dynamic && b != ValueKind.Dynamic)
        {
            return Mismatch(left, right);
        }

        var (attribute, literal, flipped) = right is Term.Literal ? (left, right, false) : (right, left, true);
        if (isOrder && (left.Type.Words.Length > 0 || right.Type.Words.Length > 0))
        {
            return ($"`{(left.Type.Words.Length > 0 ? left : right)}` has no order", "Use `in` with a list.");
        }

        return literal is Term.Literal { Value: var value }
            ? FindValueMistake(attribute, flipped ? CanonicalForm.Flip(comparator) : comparator, value)
            : null;
    }

    /// <summary>What is wrong with <c>item in list</c>; null when nothing is.</summary>
    public static (string Message, string Hint)? FindMistake(Term item, Term list)
    {
        if (list.Type.Kind is not (ValueKind.List or ValueKind.Dynamic))
        {
            return ($"expected a list after `in`, got {list.Type}: `{list}`", $"Write `[{list}]` or `==`.");
        }

        if (item.Type.Kind == ValueKind.List)
        {
            return ($"`{item}` is a list; a list is not in a list", "");
        }

        if (list is Term.Literal literal)
        {
            foreach (var value in literal.Value.Items)
            {
                if (FindMistake(Comparator.Equal, item, new Term.Literal(value)) is { } mistake)
                {
                    return mistake;
                }
            }

            return null;
        }

        var items = list.Type.Item ?? ConditionType.Dynamic;
        if (items.Kind != item.Type.Kind && items.Kind != ValueKind.Dynamic && item.Type.Kind != ValueKind.Dynamic)
        {
            return ($"expected {items} in `{list}`, got {item.Type}: `{item}`", "");
        }

        return item is Term.Literal { Value: var word } ? FindWordMistake(items, list, word) : null;
    }

    private static (string, string)? FindNullMistake(bool isOrder, Term other)
    {
        if (isOrder)
        {
            return ("`null` has no order", "Use `==` or `!=`.");
        }

        return other.Type.Kind is ValueKind.Dynamic or ValueKind.Null
            ? null
            : ($"`{other}` is never null", "An attribute that isn't known is unknown, not null.");
    }

    private static (string, string) Mismatch(Term left, Term right)
    {
        var (expected, got) = left is Term.Literal ? (right, left) : (left, right);
        var hint = (expected.Type.Kind, got) switch
        {
            (ValueKind.String, Term.Literal { Value.Kind: not ValueKind.String }) =>
                $"Write it in quotes: `\"{got}\"`.",
            (
                ValueKind.Int
                    or ValueKind.Bool
                    or ValueKind.Double,
                Term.Literal { Value: { Kind: ValueKind.String } text }
            ) when text.Text.Length > 0 && text.Text.All(char.IsAsciiLetterOrDigit) =>
                $"Write it without quotes: `{text.Text}`.",
            _ => "",
        };
        return ($"expected {expected.Type} like `{expected}`, got {got.Type}: `{got}`", hint);
    }

    private static (string, string)? FindValueMistake(Term attribute, Comparator comparator, AttributeValue value)
    {
        var type = attribute.Type;
        if (FindWordMistake(type, attribute, value) is { } mistake)
        {
            return mistake;
        }

        if (
            type.IsDate
            && !DateOnly.TryParseExact(
                value.Text,
                "yyyy-MM-dd",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out _
            )
        )
        {
            return ($"`{attribute}` is a date, and {value} is none", "Write a day as \"2027-03-31\".");
        }

        if (type.Kind != ValueKind.Int || (type.Least == long.MinValue && type.Greatest == long.MaxValue))
        {
            return null;
        }

        // What is between Least and Greatest either always holds or never does.
        bool? always = comparator switch
        {
            Comparator.Equal or Comparator.NotEqual => value.Whole < type.Least || value.Whole > type.Greatest
                ? comparator == Comparator.NotEqual
                : null,
            Comparator.Less => Constant(value.Whole > type.Greatest, value.Whole <= type.Least),
            Comparator.LessOrEqual => Constant(value.Whole >= type.Greatest, value.Whole < type.Least),
            Comparator.Greater => Constant(value.Whole < type.Least, value.Whole >= type.Greatest),
            _ => Constant(value.Whole <= type.Least, value.Whole > type.Greatest),
        };
        var range = type.Greatest == long.MaxValue ? $"{type.Least} or more" : $"{type.Least} to {type.Greatest}";
        return always is { } holds
            ? ($"`{attribute}` is {range}, so this is {(holds ? "always" : "never")} true", "")
            : null;
    }

    private static bool? Constant(bool always, bool never) =>
        always ? true
        : never ? false
        : null;

    private static (string, string)? FindWordMistake(ConditionType type, Term attribute, AttributeValue value) =>
        type.Words.Length == 0 || value.Kind != ValueKind.String || type.Words.Contains(value.Text)
            ? null
            : ($"`{attribute}` is never {value}", NearestWord.Hint(value.Text, type.Words));
}
