using System.Text.Json;

namespace Bartizan.Gateway.Hooks;

/// <summary>What a client's hook tells, as far as anything is decided by it.</summary>
internal sealed record HookEvent
{
    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    /// <summary><c>PreToolUse</c>, <c>PostToolUse</c>…</summary>
    public required string Name { get; init; }

    /// <summary>The tool, as the client calls it; empty when the event is about none.</summary>
    public string Tool { get; init; } = "";

    /// <summary>Its arguments; <c>Undefined</c> when there are none.</summary>
    public JsonElement Input { get; init; }

    /// <summary>What the tool gave; <c>Undefined</c> before it ran.</summary>
    public JsonElement Result { get; init; }

    /// <summary>Ties what comes before a call to what comes after it.</summary>
    public string CallId { get; init; } = "";

    /// <summary>The client's directory; null when it names none that is absolute.</summary>
    public string? Directory { get; init; }

    /// <summary>Reads an event; null when it can't be read in exactly one way.</summary>
    public static HookEvent? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body, s_strict);
            var root = document.RootElement;
            if (Text(root, "hook_event_name") is not { Length: > 0 } name)
            {
                return null;
            }

            return new HookEvent
            {
                Name = name,
                Tool = Text(root, "tool_name") ?? "",
                Input = root.TryGetProperty("tool_input", out var input) ? input.Clone() : default,
                Result = root.TryGetProperty("tool_response", out var result) ? result.Clone() : default,
                CallId = Text(root, "tool_use_id") ?? "",
                Directory = Text(root, "cwd") is ['/', ..] directory ? directory : null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object
        && holder.TryGetProperty(name, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
