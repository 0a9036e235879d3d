using System.Text.Json;

namespace Bartizan.Gateway.Readers;

/// <summary>A reader's request and answer as Gemini's <c>generateContent</c>.</summary>
internal static class GeminiReading
{
    /// <summary>The request.</summary>
    public static ReadingRequest Request(string model, ReaderWords words, int maxTokens) =>
        ReadingRequest.Of(
            $"{Model.GeminiPath.Models}/{model}:generateContent",
            json =>
            {
                json.WriteStartObject("systemInstruction"u8);
                WriteParts(json, words.Instruction);
                json.WriteEndObject();
                json.WriteStartArray("contents"u8);
                json.WriteStartObject();
                json.WriteString("role"u8, "user"u8);
                WriteParts(json, words.Document);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteStartObject("generationConfig"u8);
                json.WriteNumber("maxOutputTokens"u8, maxTokens);
                json.WriteEndObject();
            }
        );

    /// <summary>The text of an answer that is whole and only text; null for any other.</summary>
    public static string? TextOf(JsonElement answer)
    {
        var candidates = answer.GetProperty("candidates"u8);
        if (candidates.GetArrayLength() != 1 || candidates[0].GetProperty("finishReason"u8).GetString() != "STOP")
        {
            return null;
        }

        var text = "";
        foreach (var part in candidates[0].GetProperty("content"u8).GetProperty("parts"u8).EnumerateArray())
        {
            if (!part.TryGetProperty("text"u8, out var said) || part.TryGetProperty("functionCall"u8, out _))
            {
                return null;
            }

            var isThought =
                part.TryGetProperty("thought"u8, out var thought) && thought.ValueKind == JsonValueKind.True;
            text += isThought ? "" : said.GetString();
        }

        return text;
    }

    private static void WriteParts(Utf8JsonWriter json, string text)
    {
        json.WriteStartArray("parts"u8);
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteEndObject();
        json.WriteEndArray();
    }
}
