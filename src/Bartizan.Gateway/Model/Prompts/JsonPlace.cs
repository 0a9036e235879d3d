using System.Text;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// A JSON value and where it stands in its bytes, so that a request can be added to without being written anew: what isn't touched stays
/// byte for byte, numbers, order and blanks too.
/// </summary>
internal sealed class JsonPlace
{
    /// <summary>As deep as the rest of the gateway reads.</summary>
    private const int MaxDepth = 256;

    private JsonPlace(JsonTokenType kind, int start)
    {
        Kind = kind;
        Start = start;
    }

    /// <summary>What it is; objects and arrays by their start.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>Where it begins, with its quotation mark or bracket.</summary>
    public int Start { get; }

    /// <summary>One past its end.</summary>
    public int End { get; private set; }

    /// <summary>Its text; null for what is no string.</summary>
    public string? Text { get; private init; }

    /// <summary>A number or a word as it is written; empty for everything else.</summary>
    public string Raw { get; private init; } = "";

    /// <summary>What stands in a list.</summary>
    public List<JsonPlace> Items { get; } = [];

    /// <summary>What stands in an object.</summary>
    public List<(string Name, JsonPlace Value)> Members { get; } = [];

    /// <summary>True for an object.</summary>
    public bool IsObject => Kind == JsonTokenType.StartObject;

    /// <summary>True for a list.</summary>
    public bool IsList => Kind == JsonTokenType.StartArray;

    /// <summary>Reads a whole body.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static JsonPlace Read(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        return Value(ref reader);
    }

    /// <summary>The member of a name; null when there is none.</summary>
    /// <exception cref="UnmarkedException">It is there twice, and nobody knows which one counts.</exception>
    public JsonPlace? Find(string name)
    {
        JsonPlace? found = null;
        foreach (var (own, value) in Members)
        {
            if (own == name)
            {
                found = found is null
                    ? value
                    : throw new UnmarkedException($"the request body has the field `{name}` twice");
            }
        }

        return found;
    }

    /// <summary>The text of a member; null when it has none.</summary>
    public string? TextOf(string name) => Find(name)?.Text;

    private static JsonPlace Value(ref Utf8JsonReader reader)
    {
        var kind = reader.TokenType;
        var place = new JsonPlace(kind, (int)reader.TokenStartIndex)
        {
            Text = kind == JsonTokenType.String ? reader.GetString() : null,
            Raw = kind is JsonTokenType.Number or JsonTokenType.True or JsonTokenType.False or JsonTokenType.Null
                ? Encoding.UTF8.GetString(reader.ValueSpan)
                : "",
        };
        if (kind == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                place.Items.Add(Value(ref reader));
            }
        }
        else if (kind == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = reader.GetString()!;
                reader.Read();
                place.Members.Add((name, Value(ref reader)));
            }
        }

        place.End = (int)reader.BytesConsumed;
        return place;
    }
}
