using System.Collections.Frozen;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// A JSON value and where it stands in its bytes, so that a request can be added to without being written anew: what isn't touched stays
/// byte for byte, numbers, order and blanks too. Only what marking looks at becomes one: the rest is passed over and costs nothing,
/// whoever sends how much of it.
/// </summary>
internal sealed class JsonPlace
{
    /// <summary>Objects and fields of a request that are looked at, some dozens of bytes each; far more than a conversation has.</summary>
    public const int MaxValues = 262_144;

    /// <summary>As deep as the rest of the gateway reads.</summary>
    public const int MaxDepth = 256;

    /// <summary>Bytes of a field's name; none that is looked at is as long, all its letters escaped.</summary>
    private const int MaxName = 128;

    /// <summary>The fields that are looked at, and whether what is in them is, too.</summary>
    private static readonly FrozenDictionary<string, (string Name, bool IsWithin)> s_fields = new (
        string Name,
        bool IsWithin
    )[]
    {
        ("messages", true),
        ("content", true),
        ("source", true),
        ("tool_calls", true),
        ("function", true),
        ("input", true),
        ("output", true),
        ("contents", true),
        ("parts", true),
        ("functionResponse", true),
        ("function_response", true),
        ("systemInstruction", true),
        ("system_instruction", true),
        ("response", false),
        ("system", false),
        ("instructions", false),
        ("role", false),
        ("type", false),
        ("id", false),
        ("name", false),
        ("namespace", false),
        ("tool_use_id", false),
        ("tool_call_id", false),
        ("call_id", false),
        ("text", false),
        ("data", false),
        ("title", false),
        ("context", false),
    }.ToFrozenDictionary(field => field.Name);

    private readonly ReadOnlyMemory<byte> _body;
    private List<JsonPlace>? _objects;
    private List<(string Name, JsonPlace Value)>? _members;

    private JsonPlace(ReadOnlyMemory<byte> body, ref readonly Utf8JsonReader reader)
    {
        _body = body;
        Kind = reader.TokenType;
        Start = (int)reader.TokenStartIndex;
        if (IsObject || IsList)
        {
            var next = reader;
            IsEmpty = next.Read() && next.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray;
        }
    }

    /// <summary>What it is; objects and arrays by their start.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>Where it begins, with its quotation mark or bracket.</summary>
    public int Start { get; }

    /// <summary>One past its end.</summary>
    public int End { get; private set; }

    /// <summary>True for an object or a list that holds nothing.</summary>
    public bool IsEmpty { get; }

    /// <summary>True for an object.</summary>
    public bool IsObject => Kind == JsonTokenType.StartObject;

    /// <summary>True for a list.</summary>
    public bool IsList => Kind == JsonTokenType.StartArray;

    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Json => _body.Span[Start..End];

    /// <summary>Its text, read anew each time; null for what is no string.</summary>
    public string? Text
    {
        get
        {
            if (Kind != JsonTokenType.String)
            {
                return null;
            }

            var reader = new Utf8JsonReader(Json);
            reader.Read();
            return reader.GetString();
        }
    }

    /// <summary>The objects in a list; nothing else in it is looked at.</summary>
    public IReadOnlyList<JsonPlace> Objects => _objects ?? [];

    /// <summary>Reads a whole body.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="UnmarkedException">It holds more than is looked at.</exception>
    public static JsonPlace Read(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        reader.Read();
        var left = MaxValues;
        return Value(body, ref reader, true, ref left);
    }

    /// <summary>The member of a name that is looked at; null when there is none.</summary>
    /// <exception cref="UnmarkedException">It is there twice, and nobody knows which one counts.</exception>
    public JsonPlace? Find(string name)
    {
        JsonPlace? found = null;
        foreach (var (own, value) in _members ?? [])
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

    private static JsonPlace Value(ReadOnlyMemory<byte> body, ref Utf8JsonReader reader, bool isWithin, ref int left)
    {
        if (--left < 0)
        {
            throw new UnmarkedException(
                $"the request body holds more than {MaxValues} messages, blocks and fields, which is more than is marked"
            );
        }

        var place = new JsonPlace(body, in reader);
        if (!isWithin)
        {
            reader.Skip();
        }
        else if (place.IsList)
        {
            place.Items(ref reader, ref left);
        }
        else if (place.IsObject)
        {
            place.Members(ref reader, ref left);
        }

        place.End = (int)reader.BytesConsumed;
        return place;
    }

    private void Items(ref Utf8JsonReader reader, ref int left)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                (_objects ??= []).Add(Value(_body, ref reader, true, ref left));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void Members(ref Utf8JsonReader reader, ref int left)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            // `input` is a conversation at the top, and below it a tool's arguments.
            var isKnown = TryField(ref reader, out var field) && (field.Name != "input" || reader.CurrentDepth == 1);
            reader.Read();
            if (isKnown)
            {
                (_members ??= []).Add((field.Name, Value(_body, ref reader, field.IsWithin, ref left)));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static bool TryField(ref Utf8JsonReader reader, out (string Name, bool IsWithin) field)
    {
        field = default;
        if (reader.ValueSpan.Length > MaxName)
        {
            return false;
        }

        Span<char> name = stackalloc char[MaxName];
        var length = reader.CopyString(name);
        return s_fields.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name[..length], out field);
    }
}
