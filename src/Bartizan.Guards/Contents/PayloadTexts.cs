using System.Globalization;
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
        var (user, untrusted) = (new ChannelText(), new ChannelText());
        if (!TryWalk(bytes, isModel, user, untrusted))
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

    /// <summary>The names and values that one of the texts of a model's request is made of, in their order, without a gap.</summary>
    public static IReadOnlyList<TextSegment> SegmentsOf(ReadOnlyMemory<byte> bytes, Channel channel)
    {
        var (user, untrusted) = (new ChannelText { Segments = [] }, new ChannelText { Segments = [] });
        return !TryWalk(bytes, isModel: true, user, untrusted)
            ? [new TextSegment(0, Encoding.UTF8.GetCharCount(bytes.Span), "")]
            : (channel == Channel.User ? user : untrusted).Segments!;
    }

    private static bool TryWalk(ReadOnlyMemory<byte> bytes, bool isModel, ChannelText user, ChannelText untrusted)
    {
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

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // messages (Anthropic, OpenAI chat), input (OpenAI responses), contents (Gemini).
    private static void Model(JsonElement root, ChannelText user, ChannelText untrusted)
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
                Messages(member.Name, member.Value, user, untrusted);
            }
            else if (member.Name is "prompt")
            {
                All(member.Value, user);
            }
        }
    }

    private static void Messages(string name, JsonElement messages, ChannelText user, ChannelText untrusted)
    {
        if (messages.ValueKind != JsonValueKind.Array)
        {
            All(messages, user);
            return;
        }

        var at = 0;
        foreach (var message in messages.EnumerateArray())
        {
            user.Place = untrusted.Place = string.Create(CultureInfo.InvariantCulture, $"{name}[{at++}]");
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
    private static void Parts(JsonElement message, ChannelText user, ChannelText untrusted)
    {
        foreach (var member in message.EnumerateObject())
        {
            if (member.Name is not ("content" or "parts") || member.Value.ValueKind != JsonValueKind.Array)
            {
                All(member.Value, user);
                continue;
            }

            var (place, at) = (user.Place, 0);
            foreach (var part in member.Value.EnumerateArray())
            {
                user.Place = untrusted.Place = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{place}.{member.Name}[{at++}]"
                );
                var isResult =
                    part.ValueKind == JsonValueKind.Object
                    && (
                        IsResult(Word(part, "type"))
                        || part.TryGetProperty("functionResponse", out _)
                        || part.TryGetProperty("function_response", out _)
                    );
                All(part, isResult ? untrusted : user);
            }

            user.Place = untrusted.Place = place;
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

    private static void All(JsonElement value, ChannelText texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                texts.AddValue(value.GetString()!);
                break;
            case JsonValueKind.Number:
                texts.AddValue(value.GetRawText());
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
                    texts.AddName(member.Name);
                    All(member.Value, texts);
                }

                break;
            default:
                break;
        }
    }
}
