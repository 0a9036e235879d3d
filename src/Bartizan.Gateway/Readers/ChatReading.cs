using System.Text.Json;

namespace Bartizan.Gateway.Readers;

/// <summary>A reader's request and answer as OpenAI Chat Completions, which the servers of open models speak, too.</summary>
internal static class ChatReading
{
    /// <summary>The request.</summary>
    public static ReadingRequest Request(string model, ReaderWords words, int maxTokens) =>
        ReadingRequest.Of(
            "/v1/chat/completions",
            json =>
            {
                json.WriteString("model"u8, model);
                json.WriteNumber("max_completion_tokens"u8, maxTokens);
                json.WriteStartArray("messages"u8);
                Write(json, "system", words.Instruction);
                Write(json, "user", words.Document);
                json.WriteEndArray();
            }
        );

    /// <summary>The text of an answer that is whole and only text; null for any other.</summary>
    public static string? TextOf(JsonElement answer)
    {
        var choices = answer.GetProperty("choices"u8);
        if (choices.GetArrayLength() != 1 || choices[0].GetProperty("finish_reason"u8).GetString() != "stop")
        {
            return null;
        }

        var message = choices[0].GetProperty("message"u8);
        return Has(message, "tool_calls") || Has(message, "function_call") || Has(message, "refusal")
            ? null
            : message.GetProperty("content"u8).GetString();
    }

    private static void Write(Utf8JsonWriter json, string role, string text)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, role);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }

    private static bool Has(JsonElement message, string name) =>
        message.TryGetProperty(name, out var said)
        && said.ValueKind != JsonValueKind.Null
        && !(said.ValueKind == JsonValueKind.Array && said.GetArrayLength() == 0);
}
