using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Bartizan.Core.Manifests;

/// <summary>A piece of YAML as JSON, read as YAML's core schema reads it: plain numbers, booleans and nothing; the rest is text.</summary>
internal static class SourceJson
{
    /// <summary>The value; an immutable copy.</summary>
    public static JsonElement Of(SourceNode node)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Write(writer, node);
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, SourceNode node)
    {
        switch (node)
        {
            case SourceNode.Map map:
                writer.WriteStartObject();
                foreach (var (key, value) in map.Entries)
                {
                    writer.WritePropertyName(key.Text);
                    Write(writer, value);
                }

                writer.WriteEndObject();
                break;
            case SourceNode.List list:
                writer.WriteStartArray();
                foreach (var item in list.Items)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case SourceNode.Scalar { IsEmpty: true }:
                writer.WriteNullValue();
                break;
            case SourceNode.Scalar { Plain: true, Text: "true" or "false" } word:
                writer.WriteBooleanValue(word.Text == "true");
                break;
            case SourceNode.Scalar { Plain: true } plain when IsNumber(plain.Text):
                writer.WriteRawValue(plain.Text);
                break;
            case SourceNode.Scalar scalar:
                writer.WriteStringValue(scalar.Text);
                break;
            default:
                throw new InvalidOperationException("a kind of YAML node that JSON lacks");
        }
    }

    // Only what is a number in JSON too: hexadecimal, octal and infinities of YAML stay text.
    private static bool IsNumber(string text)
    {
        if (
            !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !double.IsFinite(value)
        )
        {
            return false;
        }

        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(text));
        try
        {
            return reader.Read() && reader.TokenType == JsonTokenType.Number && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
