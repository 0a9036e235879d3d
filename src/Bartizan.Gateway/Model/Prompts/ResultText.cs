using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>A JSON result as one text that reads like itself, whatever its bytes were.</summary>
internal static class ResultText
{
    private static readonly JsonWriterOptions s_written = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    /// <summary>The text.</summary>
    public static string Of(JsonPlace place)
    {
        var text = new ArrayBufferWriter<byte>(place.Json.Length + 4096);
        using var writer = new Utf8JsonWriter(text, s_written);
        var reader = new Utf8JsonReader(place.Json, new JsonReaderOptions { MaxDepth = JsonPlace.MaxDepth });
        while (reader.Read())
        {
            Write(ref reader, writer);
        }

        writer.Flush();
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    private static void Write(ref Utf8JsonReader reader, Utf8JsonWriter writer)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                break;
            case JsonTokenType.EndObject:
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                break;
            case JsonTokenType.EndArray:
                writer.WriteEndArray();
                break;
            case JsonTokenType.PropertyName:
                writer.WritePropertyName(reader.GetString()!);
                break;
            case JsonTokenType.String:
                writer.WriteStringValue(reader.GetString());
                break;
            default:
                writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true);
                break;
        }
    }
}
