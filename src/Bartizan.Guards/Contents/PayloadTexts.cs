using System.Text;
using System.Text.Json;
using Bartizan.Core.Entries;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Contents;

/// <summary>
/// The texts of a payload, as their reader will read them: JSON's strings with their escapes taken off, names and values, one after
/// the other; anything else as it is. Of a model's request what the user typed and what tools answered are kept apart, and what the
/// model said itself or its operator tells it is left out.
/// </summary>
internal static class PayloadTexts
{
    /// <summary>How deep JSON may be nested; deeper, it is read as plain text.</summary>
    private const int MaxDepth = 128;

    private static readonly JsonDocumentOptions _json = new() { MaxDepth = MaxDepth, AllowTrailingCommas = false };

    /// <summary>The texts of a payload.</summary>
    public static IReadOnlyList<(Channel Channel, string Text)> Of(Payload payload, bool isModel) =>
        Of(payload.Content, isModel);

    /// <summary>The texts of bytes.</summary>
    public static IReadOnlyList<(Channel Channel, string Text)> Of(ReadOnlyMemory<byte> bytes, bool isModel)
    {
        var (user, untrusted) = (new StringBuilder(), new StringBuilder());
        try
        {
            using var document = JsonDocument.Parse(bytes, _json);
            if (isModel)
            {
                Model(document.RootElement, user, untrusted);
            }
            else
            {
                All(document.RootElement, untrusted);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, or strings that are no text: whoever reads it may read anything in it.
            return [(Channel.Untrusted, Encoding.UTF8.GetString(bytes.Span))];
        }

        var texts = new List<(Channel, string)>();
        if (untrusted.Length > 0)
        {
            texts.Add((Channel.Untrusted, untrusted.ToString()));
        }

        if (user.Length > 0)
        {
            texts.Add((Channel.User, user.ToString()));
        }

        return texts;
    }

    // messages (Anthropic, OpenAI chat), input (OpenAI responses), contents (Gemini).
    private static void Model(JsonElement root, StringBuilder user, StringBuilder untrusted)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            All(root, untrusted);
            return;
        }

        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is "messages" or "input" or "contents")
            {
                Messages(member.Value, user, untrusted);
            }
            else if (member.Name is "prompt")
            {
                All(member.Value, user);
            }
        }
    }

    private static void Messages(JsonElement messages, StringBuilder user, StringBuilder untrusted)
    {
        if (messages.ValueKind != JsonValueKind.Array)
        {
            All(messages, user);
            return;
        }

        foreach (var message in messages.EnumerateArray())
        {
            if (message.ValueKind != JsonValueKind.Object)
            {
                All(message, user);
                continue;
            }

            var role = Word(message, "role");
            var type = Word(message, "type");
            if (role is "tool" or "function" || IsResult(type))
            {
                All(message, untrusted);
            }
            else if (role is "user" || (role is null && type is null or "message"))
            {
                Parts(message, user, untrusted);
            }
            else if (role is not ("assistant" or "model" or "system" or "developer") && role is not null)
            {
                // A role that nobody knows says what it likes.
                All(message, untrusted);
            }
        }
    }

    // A user's message holds what the user typed and, with some providers, what tools answered.
    private static void Parts(JsonElement message, StringBuilder user, StringBuilder untrusted)
    {
        foreach (var member in message.EnumerateObject())
        {
            if (member.Name is not ("content" or "parts") || member.Value.ValueKind != JsonValueKind.Array)
            {
                All(member.Value, user);
                continue;
            }

            foreach (var part in member.Value.EnumerateArray())
            {
                var isResult =
                    part.ValueKind == JsonValueKind.Object
                    && (
                        IsResult(Word(part, "type"))
                        || part.TryGetProperty("functionResponse", out _)
                        || part.TryGetProperty("function_response", out _)
                    );
                All(part, isResult ? untrusted : user);
            }
        }
    }

    private static bool IsResult(string? type) =>
        type is not null
        && (
            type.EndsWith("_result", StringComparison.Ordinal)
            || type.EndsWith("_output", StringComparison.Ordinal)
            || type is "document" or "search_result"
        );

    private static string? Word(JsonElement value, string name) =>
        value.TryGetProperty(name, out var word) && word.ValueKind == JsonValueKind.String ? word.GetString() : null;

    private static void All(JsonElement value, StringBuilder texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                texts.Append(value.GetString()).Append('\n');
                break;
            case JsonValueKind.Number:
                texts.Append(value.GetRawText()).Append('\n');
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    All(item, texts);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    // The name before its value, as a reader sees it: `password: …`.
                    texts.Append(member.Name).Append(": ");
                    All(member.Value, texts);
                }

                break;
            default:
                break;
        }
    }
}
