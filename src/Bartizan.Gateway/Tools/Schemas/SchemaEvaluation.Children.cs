using System.Globalization;
using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>The keywords of objects and arrays.</summary>
internal sealed partial class SchemaEvaluation
{
    private bool HoldsObject(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        foreach (var (name, schema) in node.DependentSchemas)
        {
            if (value.TryGetProperty(name, out _) && !Holds(schema, value, seen))
            {
                return false;
            }
        }

        foreach (var property in value.EnumerateObject())
        {
            if (!HoldsProperty(node, property, seen))
            {
                return false;
            }
        }

        if (node.UnevaluatedProperties is not { } rest)
        {
            return true;
        }

        foreach (var property in value.EnumerateObject())
        {
            if (seen!.Has(property.Name))
            {
                continue;
            }

            if (!Below(property.Name, rest, property.Value))
            {
                return false;
            }

            seen.Add(property.Name);
        }

        return true;
    }

    private bool HoldsProperty(SchemaNode node, JsonProperty property, Evaluated? seen)
    {
        var name = property.Name;
        var known = false;
        if (node.PropertyNames is { } names && !HoldsName(names, name))
        {
            return Fail("propertyNames", $"`{name}` is no name that may stand here");
        }

        if (node.Properties.TryGetValue(name, out var schema))
        {
            known = true;
            if (!Below(name, schema, property.Value))
            {
                return false;
            }
        }

        foreach (var (pattern, matched) in node.PatternProperties)
        {
            if (SchemaPattern.IsMatch(pattern, name))
            {
                known = true;
                if (!Below(name, matched, property.Value))
                {
                    return false;
                }
            }
        }

        if (!known && node.AdditionalProperties is { } additional)
        {
            known = true;
            if (!Below(name, additional, property.Value))
            {
                return false;
            }
        }

        if (known)
        {
            seen?.Add(name);
        }

        return true;
    }

    private bool HoldsName(SchemaNode schema, string name)
    {
        using var text = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(name));
        return Tries(schema, text.RootElement, null);
    }

    private bool HoldsArray(SchemaNode node, JsonElement value, Evaluated? seen)
    {
        var position = 0;
        var contained = 0;
        foreach (var item in value.EnumerateArray())
        {
            var schema = position < node.PrefixItems.Length ? node.PrefixItems[position] : node.Items;
            if (schema is not null)
            {
                if (!Below(Step(position), schema, item))
                {
                    return false;
                }

                seen?.Add(position);
            }

            if (node.Contains is { } contains && Tries(contains, item, null))
            {
                contained++;
                seen?.Add(position);
            }

            position++;
        }

        if (node.Contains is not null && !CountsFit(node, contained))
        {
            return false;
        }

        return node.UnevaluatedItems is not { } rest || HoldsRest(rest, value, seen!);
    }

    private bool CountsFit(SchemaNode node, int contained) =>
        (contained >= (node.MinContains ?? 1) || Fail("contains", "too few items are what some must be"))
        && (contained <= (node.MaxContains ?? int.MaxValue) || Fail("maxContains", "too many items are alike"));

    private bool HoldsRest(SchemaNode rest, JsonElement value, Evaluated seen)
    {
        var position = 0;
        foreach (var item in value.EnumerateArray())
        {
            if (!seen.Has(position))
            {
                if (!Below(Step(position), rest, item))
                {
                    return false;
                }

                seen.Add(position);
            }

            position++;
        }

        return true;
    }

    private static string Step(int position) => position.ToString(CultureInfo.InvariantCulture);
}
