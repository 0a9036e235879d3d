using System.Globalization;
using System.Text.Json;

namespace Bartizan.Posture.Images;

/// <summary>Members of JSON that somebody else wrote: what is missing or null is missing, what is of another kind is a mistake.</summary>
internal static class ScanJson
{
    /// <summary>True when it is an object with this member.</summary>
    public static bool Has(this JsonElement json, string name) => json.Find(name) is not null;

    /// <summary>A member's text; null when there is none.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static string? Text(this JsonElement json, string name) =>
        json.Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? TextOf(value, name)
        : throw Wrong(name, "text");

    /// <summary>A member's number, which may be written as text; null when there is none that is one.</summary>
    public static double? Number(this JsonElement json, string name) =>
        json.Find(name) switch
        {
            { ValueKind: JsonValueKind.Number } value when value.TryGetDouble(out var number) => number,
            { ValueKind: JsonValueKind.String } value
                when double.TryParse(
                    TextOf(value, name),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                ) => number,
            _ => null,
        };

    /// <summary>A member's items; none when it is missing.</summary>
    /// <exception cref="FormatException">It is no list.</exception>
    public static IEnumerable<JsonElement> Items(this JsonElement json, string name) =>
        json.Find(name) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? value.EnumerateArray()
        : throw Wrong(name, "a list");

    /// <summary>The texts of a member's items.</summary>
    /// <exception cref="FormatException">It is no list of texts.</exception>
    public static IEnumerable<string> Texts(this JsonElement json, string name) =>
        json.Items(name)
            .Select(item =>
                item.ValueKind == JsonValueKind.String ? TextOf(item, name) : throw Wrong(name, "a list of texts")
            );

    /// <summary>A member that is an object; an object without members when it is missing.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static JsonElement Part(this JsonElement json, string name) =>
        json.Find(name) is not { } value ? default
        : value.ValueKind == JsonValueKind.Object ? value
        : throw Wrong(name, "an object");

    /// <summary>A member's moment; null when there is none.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static DateTimeOffset? Moment(this JsonElement json, string name) =>
        json.Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
        : throw Wrong(name, "a moment");

    private static JsonElement? Find(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    // A half of a surrogate pair is valid JSON and no valid text.
    private static string TextOf(JsonElement value, string name)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Wrong(name, "text");
        }
    }

    private static FormatException Wrong(string name, string kind) => new($"has a `{name}` that isn't {kind}");
}
