using System.Globalization;
using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>The keywords that look at the value itself.</summary>
internal sealed partial class SchemaEvaluation
{
    private bool Asserts(SchemaNode node, JsonElement value) =>
        HoldsType(node, value)
        && (
            node.Enum is not { } values
            || values.Any(v => JsonEquality.Instance.Equals(v, value))
            || Fail("enum", "it is none of the values that may stand here")
        )
        && (
            node.Const is not { } only
            || JsonEquality.Instance.Equals(only, value)
            || Fail("const", "it is not the one value that may stand here")
        )
        && value.ValueKind switch
        {
            JsonValueKind.Number => AssertsNumber(node, value),
            JsonValueKind.String => AssertsText(node, value),
            JsonValueKind.Array => AssertsItems(node, value),
            JsonValueKind.Object => AssertsProperties(node, value),
            _ => true,
        };

    private bool HoldsType(SchemaNode node, JsonElement value)
    {
        if (node.Types is not { } types)
        {
            return true;
        }

        var kind = value.ValueKind switch
        {
            JsonValueKind.Null => JsonKinds.Null,
            JsonValueKind.True or JsonValueKind.False => JsonKinds.Boolean,
            JsonValueKind.Object => JsonKinds.Object,
            JsonValueKind.Array => JsonKinds.Array,
            JsonValueKind.String => JsonKinds.String,
            JsonValueKind.Number => IsInteger(value) ? JsonKinds.Number | JsonKinds.Integer : JsonKinds.Number,
            _ => JsonKinds.None,
        };
        return (types & kind) != JsonKinds.None || Fail("type", $"it must be {Words(types)}");
    }

    private static string Words(JsonKinds types) =>
        types.ToString().ToLowerInvariant().Replace(", ", " or ", StringComparison.Ordinal);

    private static bool IsInteger(JsonElement value) =>
        JsonNumber.TryParse(value.GetRawText(), out var number) && number.IsInteger;

    private bool AssertsNumber(SchemaNode node, JsonElement value)
    {
        var bounded =
            node.MultipleOf is not null
            || node.Maximum is not null
            || node.Minimum is not null
            || node.ExclusiveMaximum is not null
            || node.ExclusiveMinimum is not null;
        if (!bounded)
        {
            return true;
        }

        if (!JsonNumber.TryParse(value.GetRawText(), out var number))
        {
            return Fail("type", "it is a longer number than anybody means");
        }

        return (node.Maximum is not { } most || number.CompareTo(most) <= 0 || Fail("maximum", "it is too large"))
            && (node.Minimum is not { } least || number.CompareTo(least) >= 0 || Fail("minimum", "it is too small"))
            && (
                node.ExclusiveMaximum is not { } above
                || number.CompareTo(above) < 0
                || Fail("exclusiveMaximum", "it is too large")
            )
            && (
                node.ExclusiveMinimum is not { } below
                || number.CompareTo(below) > 0
                || Fail("exclusiveMinimum", "it is too small")
            )
            && (
                node.MultipleOf is not { } step
                || number.IsMultipleOf(step)
                || Fail("multipleOf", "it is no multiple of what it must be")
            );
    }

    private bool AssertsText(SchemaNode node, JsonElement value)
    {
        if (node.MaxLength is null && node.MinLength is null && node.Pattern is null)
        {
            return true;
        }

        var text = value.GetString()!;
        var length = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            length++;
        }

        return (length <= (node.MaxLength ?? int.MaxValue) || Fail("maxLength", Than("longer", node.MaxLength)))
            && (length >= (node.MinLength ?? 0) || Fail("minLength", Than("shorter", node.MinLength)))
            && (
                node.Pattern is null
                || SchemaPattern.IsMatch(node.Pattern, text)
                || Fail("pattern", "it doesn't match the pattern")
            );
    }

    private bool AssertsItems(SchemaNode node, JsonElement value)
    {
        var count = value.GetArrayLength();
        return (count <= (node.MaxItems ?? int.MaxValue) || Fail("maxItems", Than("longer", node.MaxItems)))
            && (count >= (node.MinItems ?? 0) || Fail("minItems", Than("shorter", node.MinItems)))
            && (
                !node.UniqueItems
                || value.EnumerateArray().ToHashSet(JsonEquality.Instance).Count == count
                || Fail("uniqueItems", "an item stands there twice")
            );
    }

    private bool AssertsProperties(SchemaNode node, JsonElement value)
    {
        var count = value.GetPropertyCount();
        if (
            (count > (node.MaxProperties ?? int.MaxValue) && !Fail("maxProperties", "it has too many properties"))
            || (count < (node.MinProperties ?? 0) && !Fail("minProperties", "it has too few properties"))
        )
        {
            return false;
        }

        if (!HasAll(value, node.Required, out var missing))
        {
            return Fail("required", $"`{missing}` is missing");
        }

        foreach (var (name, needed) in node.DependentRequired)
        {
            if (value.TryGetProperty(name, out _) && !HasAll(value, needed, out missing))
            {
                return Fail("dependentRequired", $"with `{name}` there must be `{missing}` too");
            }
        }

        return true;
    }

    private static string Than(string word, int? bound) =>
        string.Create(CultureInfo.InvariantCulture, $"it is {word} than {bound}");
}
