using System.Text.Json;

namespace Bartizan.Guards.Prompts;

/// <summary>What a request to a model has for a system prompt, in each of the wire formats.</summary>
internal static class SystemTexts
{
    private const int MaxDepth = 128;

    private static readonly JsonDocumentOptions _json = new() { MaxDepth = MaxDepth };

    /// <summary>Its texts; none where it is no request.</summary>
    public static IReadOnlyList<string> Of(ReadOnlyMemory<byte> request)
    {
        var texts = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(request, _json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return [];
            }

            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (member.Name is "system" or "instructions" or "systemInstruction" or "system_instruction")
                {
                    Texts(member.Value, texts);
                }
                else if (member.Name is "messages" or "input" && member.Value.ValueKind == JsonValueKind.Array)
                {
                    Messages(member.Value, texts);
                }
            }

            return texts;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    private static void Messages(JsonElement messages, List<string> texts)
    {
        foreach (var message in messages.EnumerateArray())
        {
            if (
                message.ValueKind == JsonValueKind.Object
                && message.TryGetProperty("role", out var role)
                && role.ValueKind == JsonValueKind.String
                && role.GetString() is "system" or "developer"
                && message.TryGetProperty("content", out var content)
            )
            {
                Texts(content, texts);
            }
        }
    }

    private static void Texts(JsonElement value, List<string> texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                texts.Add(value.GetString()!);
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Texts(item, texts);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    if (member.Name is "text" or "parts" or "content")
                    {
                        Texts(member.Value, texts);
                    }
                }

                break;
            default:
                break;
        }
    }
}
