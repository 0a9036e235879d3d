using System.Text.Json;
using System.Text.Unicode;

namespace Bartizan.Core.Identity;

/// <summary>Reads JSON of somebody else's: one object, each name once, well-formed, not deep, nothing behind it.</summary>
internal static class StrictJson
{
    /// <summary>Levels of an object; what providers nest has four.</summary>
    private const int MaxDepth = 16;

    private static readonly JsonDocumentOptions s_strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    /// <summary>The object; null for anything else.</summary>
    public static JsonElement? Parse(ReadOnlyMemory<byte> utf8)
    {
        // The reader leaves what stands within quotes as it is until somebody asks for it.
        if (!Utf8.IsValid(utf8.Span))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(utf8, s_strict);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A name with half a surrogate pair can't be compared with others.
            return null;
        }
    }

    /// <summary>A member of an object; undefined where there is none.</summary>
    public static JsonElement Member(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out var member) ? member : default;

    /// <summary>A member that is text; null for any other.</summary>
    public static string? TextOf(JsonElement of, string name) => TextOf(Member(of, name));

    /// <summary>A text; null for anything else.</summary>
    public static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair, written as an escape.
            return null;
        }
    }
}
