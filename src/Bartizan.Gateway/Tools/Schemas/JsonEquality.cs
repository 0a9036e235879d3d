using System.Text.Json;

namespace Bartizan.Gateway.Tools.Schemas;

/// <summary>
/// When two values are the same value (JSON Schema core 2020-12, section 4.2.2): numbers by what they are worth, objects whatever
/// their order, texts by their characters.
/// </summary>
internal sealed class JsonEquality : IEqualityComparer<JsonElement>
{
    public static JsonEquality Instance { get; } = new();

    public bool Equals(JsonElement x, JsonElement y)
    {
        if (x.ValueKind != y.ValueKind)
        {
            return false;
        }

        return x.ValueKind switch
        {
            JsonValueKind.String => x.GetString() == y.GetString(),
            JsonValueKind.Number => SameNumber(x, y),
            JsonValueKind.Array => SameItems(x, y),
            JsonValueKind.Object => SameProperties(x, y),
            _ => true,
        };
    }

    public int GetHashCode(JsonElement value)
    {
        var hash = new HashCode();
        hash.Add(value.ValueKind);
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                hash.Add(value.GetString(), StringComparer.Ordinal);
                break;
            case JsonValueKind.Number:
                hash.Add(JsonNumber.TryParse(value.GetRawText(), out var number) ? number : default);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    hash.Add(GetHashCode(item));
                }

                break;
            case JsonValueKind.Object:
                // Order doesn't count.
                var sum = 0;
                foreach (var property in value.EnumerateObject())
                {
                    sum += HashCode.Combine(
                        property.Name.GetHashCode(StringComparison.Ordinal),
                        GetHashCode(property.Value)
                    );
                }

                hash.Add(sum);
                break;
        }

        return hash.ToHashCode();
    }

    private static bool SameNumber(JsonElement x, JsonElement y) =>
        JsonNumber.TryParse(x.GetRawText(), out var first) && JsonNumber.TryParse(y.GetRawText(), out var second)
            ? first == second
            : x.GetRawText() == y.GetRawText();

    private bool SameItems(JsonElement x, JsonElement y)
    {
        if (x.GetArrayLength() != y.GetArrayLength())
        {
            return false;
        }

        using var others = y.EnumerateArray();
        foreach (var item in x.EnumerateArray())
        {
            if (!others.MoveNext() || !Equals(item, others.Current))
            {
                return false;
            }
        }

        return true;
    }

    private bool SameProperties(JsonElement x, JsonElement y)
    {
        if (x.GetPropertyCount() != y.GetPropertyCount())
        {
            return false;
        }

        foreach (var property in x.EnumerateObject())
        {
            if (!y.TryGetProperty(property.Name, out var other) || !Equals(property.Value, other))
            {
                return false;
            }
        }

        return true;
    }
}
