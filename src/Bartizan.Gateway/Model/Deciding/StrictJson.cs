using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>
/// JSON in which tool calls are looked for, read so that no client can find others in it than we do. What two readers could
/// understand differently (a name twice, or once more in another case, as Go's encoding/json would take it) is broken.
/// </summary>
internal static class StrictJson
{
    /// <summary>Arguments nest; deeper than this is an attack on somebody's stack.</summary>
    public const int MaxDepth = 128;

    private static readonly JsonDocumentOptions s_strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    private static readonly JsonSerializerOptions s_written = new() { Encoder = JavaScriptEncoder.Default };

    /// <summary>Reads one value.</summary>
    /// <exception cref="BrokenAnswerException">It can't be read in exactly one way.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json, s_strict);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or DecoderFallbackException)
        {
            throw Broken();
        }
    }

    /// <summary>The same as something that can be changed.</summary>
    public static JsonObject Node(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonNode.Parse(json.Span, documentOptions: s_strict) as JsonObject ?? throw Broken();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw Broken();
        }
    }

    /// <summary>A value as bytes; what isn't ASCII is escaped, since some clients take U+2028 for the end of a line.</summary>
    public static byte[] Bytes(JsonNode node) => JsonSerializer.SerializeToUtf8Bytes(node, s_written);

    /// <summary>A member; <c>Undefined</c> when there is none.</summary>
    /// <exception cref="BrokenAnswerException">There is one that some clients take for it.</exception>
    public static JsonElement Get(JsonElement holder, string name)
    {
        var found = default(JsonElement);
        if (holder.ValueKind != JsonValueKind.Object)
        {
            return found;
        }

        foreach (var member in holder.EnumerateObject())
        {
            if (member.NameEquals(name))
            {
                found = member.Value;
            }
            else if (name.Equals(member.Name, StringComparison.OrdinalIgnoreCase))
            {
                throw Broken();
            }
        }

        return found;
    }

    /// <summary>A string member; null when there is none, or when it is null.</summary>
    /// <exception cref="BrokenAnswerException">It is anything else.</exception>
    public static string? Text(JsonElement holder, string name)
    {
        var value = Get(holder, name);
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString(),
                JsonValueKind.Undefined or JsonValueKind.Null => null,
                _ => throw Broken(),
            };
        }
        catch (InvalidOperationException)
        {
            throw Broken();
        }
    }

    /// <summary>A member that says a place in a list; null when there is none.</summary>
    public static int? Index(JsonElement holder, string name)
    {
        var value = Get(holder, name);
        return value.ValueKind switch
        {
            JsonValueKind.Undefined => null,
            JsonValueKind.Number when value.TryGetInt32(out var index) && index >= 0 => index,
            _ => throw Broken(),
        };
    }

    /// <summary>An object member; <c>Undefined</c> when there is none, or when it is null.</summary>
    public static JsonElement Object(JsonElement holder, string name) => Kind(holder, name, JsonValueKind.Object);

    /// <summary>The items of a list; none when there is no list.</summary>
    public static JsonElement.ArrayEnumerator Items(JsonElement holder, string name)
    {
        var value = Kind(holder, name, JsonValueKind.Array);
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default;
    }

    /// <summary>
    /// True when somewhere in a value that nobody knows stands what looks like a call: a name with arguments, or a field that
    /// holds calls in some wire.
    /// </summary>
    public static bool LooksLikeCall(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray().Any(LooksLikeCall),
            JsonValueKind.Object => IsCall(value) || value.EnumerateObject().Any(member => LooksLikeCall(member.Value)),
            _ => false,
        };

    /// <summary>True when no object in it has two names that some reader takes for one.</summary>
    /// <exception cref="InvalidOperationException">A text in it isn't Unicode.</exception>
    public static bool HasOneReading(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return value.EnumerateArray().All(HasOneReading);
            case JsonValueKind.Object:
                var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
                return value.EnumerateObject().All(member => seen.Add(member.Name) && HasOneReading(member.Value));
            case JsonValueKind.String:
                // Half of a character throws: readers replace it each in its own way.
                return value.GetString() is not null;
            default:
                return true;
        }
    }

    /// <summary>What an answer is that can't be read.</summary>
    public static BrokenAnswerException Broken(
        string sentence = "the tool calls in the upstream's answer can't be read in exactly one way"
    ) => new(sentence);

    private static bool IsCall(JsonElement value)
    {
        var (name, arguments) = (false, false);
        foreach (var member in value.EnumerateObject())
        {
            var plain = member.Name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
            name |= plain is "NAME";
            arguments |= plain is "ARGUMENTS" or "INPUT" or "ARGS" or "PARAMETERS" or "ACTION";
            if (plain is "TOOLCALLS" or "FUNCTIONCALL" or "TOOLUSE" or "TOOLCALL")
            {
                return member.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
            }
        }

        return name && arguments;
    }

    private static JsonElement Kind(JsonElement holder, string name, JsonValueKind kind)
    {
        var value = Get(holder, name);
        return value.ValueKind == kind ? value
            : value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null ? default
            : throw Broken();
    }
}
