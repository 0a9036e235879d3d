using System.Text.Json;

namespace Bartizan.Gateway.Readers;

/// <summary>A reader's request and answer as Anthropic Messages.</summary>
internal static class AnthropicReading
{
    /// <summary>The request.</summary>
    public static ReadingRequest Request(string model, ReaderWords words, int maxTokens) =>
        ReadingRequest.Of(
            "/v1/messages",
            json =>
            {
                json.WriteString("model"u8, model);
                json.WriteNumber("max_tokens"u8, maxTokens);
                json.WriteString("system"u8, words.Instruction);
                json.WriteStartArray("messages"u8);
                json.WriteStartObject();
                json.WriteString("role"u8, "user"u8);
                json.WriteString("content"u8, words.Document);
                json.WriteEndObject();
                json.WriteEndArray();
            },
            new KeyValuePair<string, string>("anthropic-version", "2023-06-01")
        );

    /// <summary>The text of an answer that is whole and only text; null for any other.</summary>
    public static string? TextOf(JsonElement answer)
    {
        if (answer.GetProperty("stop_reason"u8).GetString() != "end_turn")
        {
            return null;
        }

        var text = "";
        foreach (var block in answer.GetProperty("content"u8).EnumerateArray())
        {
            switch (block.GetProperty("type"u8).GetString())
            {
                case "text":
                    text += block.GetProperty("text"u8).GetString();
                    break;
                case "thinking" or "redacted_thinking":
                    break;
                default:
                    return null;
            }
        }

        return text;
    }
}
