using System.Collections.Frozen;
using System.Text.Json;

namespace Bartizan.Guards.Redactions;

/// <summary>
/// What of a request to a model is text. All of it, in each of the wire formats, but for what its provider reads as something else: names,
/// ids and types, signatures and what is encrypted, images and files, tools and schemas. A field that nobody knows is text.
/// </summary>
internal static class RequestShape
{
    // At the top: what says how to answer, and with which tools.
    private static readonly FrozenSet<string> _settings = FrozenSet.ToFrozenSet(
        [
            "audio",
            "betas",
            "cachedContent",
            "cached_content",
            "container",
            "context_management",
            "functions",
            "function_call",
            "generationConfig",
            "generation_config",
            "include",
            "labels",
            "logit_bias",
            "mcp_servers",
            "modalities",
            "output_config",
            "output_format",
            "reasoning",
            "response_format",
            "safetySettings",
            "safety_settings",
            "stop",
            "stop_sequences",
            "stream_options",
            "thinking",
            "tool_choice",
            "toolConfig",
            "tool_config",
            "tools",
            "web_search_options",
        ],
        StringComparer.Ordinal
    );

    // Wherever they stand, but in what a tool was called with or answered.
    private static readonly FrozenSet<string> _marks = FrozenSet.ToFrozenSet(
        [
            "cache_control",
            "detail",
            "encrypted_content",
            "encrypted_index",
            "fileData",
            "file_data",
            "file_url",
            "format",
            "id",
            "image_url",
            "inlineData",
            "inline_data",
            "input_audio",
            "media_type",
            "mimeType",
            "mime_type",
            "model",
            "name",
            "namespace",
            "object",
            "role",
            "service_tier",
            "signature",
            "status",
            "thoughtSignature",
            "thought_signature",
            "type",
        ],
        StringComparer.Ordinal
    );

    /// <summary>True for a field of a request's top that holds no text.</summary>
    public static bool IsSetting(JsonProperty field) =>
        _settings.Contains(field.Name)
        || (field.Name == "text" && field.Value.ValueKind == JsonValueKind.Object)
        || field.Name == "prompt_cache_key";

    /// <summary>True for a field that holds no text, in what is no tool's.</summary>
    public static bool IsMark(JsonElement of, JsonProperty field) =>
        _marks.Contains(field.Name)
        || field.Name.EndsWith("_id", StringComparison.Ordinal)
        || (field.Name is "data" or "url" && Word(of, "type") != "text" && IsFile(of))
        || (field.Name is "thinking" or "text" && IsSigned(of));

    /// <summary>True for an item that its provider made and knows again: changed, it would be refused.</summary>
    public static bool IsProviders(JsonElement item) =>
        Word(item, "type") is { } type
        && (
            (type != "tool_result" && type.EndsWith("_tool_result", StringComparison.Ordinal))
            || type is "redacted_thinking" or "compaction"
            || (type == "reasoning" && Word(item, "encrypted_content") is not null)
        );

    /// <summary>True for a field that holds what a tool is called with or answered, with names and types of the tool's own.</summary>
    public static bool IsTools(JsonProperty field, bool isTop) =>
        field.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
        && (
            field.Name is "args" or "arguments" or "response" or "variables" or "attributes" or "env"
            || (field.Name == "metadata" && field.Value.ValueKind == JsonValueKind.Object)
            || (field.Name == "input" && !isTop)
        );

    // The source of an image or a file: bytes, or where they are.
    private static bool IsFile(JsonElement of) =>
        Word(of, "type") is "base64" or "url" or "file" or "redacted_thinking"
        || Word(of, "media_type") is not null
        || Word(of, "mimeType") is not null
        || Word(of, "mime_type") is not null
        || Word(of, "format") is not null;

    // A signature is over what the model thought: it never held a value that was taken out, because thoughts aren't restored.
    private static bool IsSigned(JsonElement of) =>
        Word(of, "type") == "thinking"
            ? Word(of, "signature") is { Length: > 0 }
            : of.TryGetProperty("thought", out var thought)
                && thought.ValueKind == JsonValueKind.True
                && (Word(of, "thoughtSignature") ?? Word(of, "thought_signature")) is { Length: > 0 };

    private static string? Word(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object
        && of.TryGetProperty(name, out var word)
        && word.ValueKind == JsonValueKind.String
            ? word.GetString()
            : null;
}
