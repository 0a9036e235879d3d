using System.Buffers;
using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Readers;

/// <summary>
/// Holds what a model answered to the shape that a manifest declares. Pure; whatever isn't exactly of the shape is nothing.
/// </summary>
public static class GivenShape
{
    /// <summary>The longest answer that is looked at, in bytes: the longest shape fits several times.</summary>
    public const int MaxAnswerBytes = 16 << 10;

    private const string Fence = "```";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 2 };

    /// <summary>The values as JSON of our own, or null when the answer isn't one object with these values and no others.</summary>
    public static ReadOnlyMemory<byte>? Read(ImmutableArray<GivenField> fields, ReadOnlySpan<char> answer)
    {
        var text = Unfenced(answer.Trim());
        if (text.Length is 0 or > MaxAnswerBytes)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text.ToString(), Strict);
            return Write(fields, document.RootElement);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ReadOnlyMemory<byte>? Write(ImmutableArray<GivenField> fields, JsonElement answer)
    {
        if (
            answer.ValueKind != JsonValueKind.Object
            || answer.EnumerateObject().Any(one => !fields.Any(field => field.Name == one.Name))
        )
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        foreach (var field in fields)
        {
            // A model that finds nothing says so by null: for an optional value that is its absence.
            var isThere = answer.TryGetProperty(field.Name, out var value) && value.ValueKind != JsonValueKind.Null;
            if (isThere ? !field.TryWrite(value, json) : !field.Demands.Optional)
            {
                return null;
            }
        }

        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    // Many models put JSON into a fence whatever they are told; one around all of it changes nothing of what it says.
    private static ReadOnlySpan<char> Unfenced(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith(Fence, StringComparison.Ordinal) || !text.EndsWith(Fence, StringComparison.Ordinal))
        {
            return text;
        }

        var line = text.IndexOf('\n');
        return line < 0 || text[Fence.Length..line].Trim() is not ("" or "json")
            ? text
            : text[(line + 1)..^Fence.Length].Trim();
    }
}
