using System.Text.Json;

namespace Bartizan.Gateway.Model.Prompts;

/// <summary>
/// Adds to the end of a request's system prompt, where each wire format has it.
/// <code>
/// Anthropic Messages   system: text or blocks
/// OpenAI Chat          the first message of `system` or `developer`, else one before all others
/// OpenAI Responses     instructions
/// Gemini               systemInstruction, its parts
/// </code>
/// At the end, so that what is cached of it stays cached.
/// </summary>
internal static class SystemText
{
    private const string Gap = "\n\n";

    /// <summary>Adds a text; nothing where a path has no system prompt.</summary>
    /// <exception cref="UnmarkedException">The request has none that can be added to.</exception>
    public static void Add(string path, JsonPlace body, string text, JsonPatch patch)
    {
        switch (path)
        {
            case "/v1/messages" or "/v1/messages/count_tokens":
                Field(body, "system", text, patch, Block("text", text));
                break;
            case "/v1/responses" or "/v1/responses/compact" or "/v1/responses/input_tokens":
                Field(body, "instructions", text, patch, null);
                break;
            case "/v1/chat/completions":
                Message(body, text, patch);
                break;
            default:
                if (GeminiPath.Generates(path))
                {
                    Parts(body, text, patch);
                }

                break;
        }
    }

    private static void Field(JsonPlace body, string name, string text, JsonPatch patch, string? block)
    {
        var place = body.Find(name);
        if (place is null)
        {
            patch.InsertMember(body, name, JsonPatch.String(text));
        }
        else if (place.Kind == JsonTokenType.Null)
        {
            patch.Replace(place, JsonPatch.String(text));
        }
        else
        {
            Content(place, name, text, patch, block);
        }
    }

    private static void Message(JsonPlace body, string text, JsonPatch patch)
    {
        if (body.Find("messages") is not { IsList: true } messages)
        {
            throw new UnmarkedException("the field `messages` is not a list");
        }

        var first = messages.Objects.FirstOrDefault(message => message.TextOf("role") is "system" or "developer");
        if (first is null)
        {
            patch.InsertItem(messages, $$"""{"role":"system","content":{{JsonPatch.String(text)}}}""");
        }
        else
        {
            var content = first.Find("content") ?? throw new UnmarkedException("a system message has no `content`");
            Content(content, "content", text, patch, Block("text", text));
        }
    }

    private static void Parts(JsonPlace body, string text, JsonPatch patch)
    {
        var (camel, snake) = (body.Find("systemInstruction"), body.Find("system_instruction"));
        if (camel is not null && snake is not null)
        {
            throw new UnmarkedException("the request body has its system instruction twice");
        }

        var part = $$"""{"text":{{JsonPatch.String(text)}}}""";
        switch (camel ?? snake)
        {
            case null:
                patch.InsertMember(body, "systemInstruction", $$"""{"parts":[{{part}}]}""");
                break;
            case { IsObject: true } instruction when instruction.Find("parts") is var parts:
                if (parts is null)
                {
                    patch.InsertMember(instruction, "parts", $"[{part}]");
                }
                else if (parts.IsList)
                {
                    patch.AppendItem(parts, part);
                }
                else
                {
                    throw new UnmarkedException("the field `parts` of the system instruction is not a list");
                }

                break;
            default:
                throw new UnmarkedException("the system instruction is not an object with `parts`");
        }
    }

    private static void Content(JsonPlace place, string name, string text, JsonPatch patch, string? block)
    {
        if (place.Text is { } before)
        {
            patch.Append(place, before.Length == 0 ? text : Gap + text);
        }
        else if (place.IsList && block is not null)
        {
            patch.AppendItem(place, block);
        }
        else
        {
            throw new UnmarkedException($"the field `{name}` is neither a text nor a list of blocks");
        }
    }

    private static string Block(string type, string text) =>
        $$"""{"type":"{{type}}","text":{{JsonPatch.String(text)}}}""";
}
