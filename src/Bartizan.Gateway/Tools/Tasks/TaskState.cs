using System.Text.Json;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Tasks;

/// <summary>How a task stands, in the protocol's own words. What a server adds to them stays behind.</summary>
internal sealed record TaskState(string Id, string Status, JsonElement Said)
{
    /// <summary>The longest id of a task; servers' own are short.</summary>
    private const int MaxTextLength = 256;

    /// <summary>The longest time, in the protocol's spelling.</summary>
    private const int MaxTimeLength = 40;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = Message.MaxDepth,
    };

    private static readonly string[] Times = ["createdAt", "lastUpdatedAt"];

    // The two eras' names.
    private static readonly string[] Numbers = ["ttl", "pollInterval", "ttlMs", "pollIntervalMs"];

    /// <summary>True once its server works on it no more.</summary>
    public bool IsFinal => Status is "completed" or "failed" or "cancelled";

    /// <summary>Reads a result that is a task; null when it is none.</summary>
    public static TaskState? Read(ReadOnlyMemory<byte> result) => Parse(result) is { } said ? Of(said) : null;

    /// <summary>Reads the result of a call that has become one; null when it hasn't.</summary>
    public static (TaskState State, JsonElement Meta)? ReadStart(ReadOnlyMemory<byte> result, bool isFlat)
    {
        if (Parse(result) is not { ValueKind: JsonValueKind.Object } said)
        {
            return null;
        }

        var state =
            isFlat ? Of(said)
            : said.TryGetProperty("task", out var inner) ? Of(inner)
            : null;
        return state is null ? null : (state, said.TryGetProperty("_meta", out var meta) ? meta : default);
    }

    /// <summary>Reads a list of tasks; null when it is none.</summary>
    public static (IReadOnlyList<TaskState> States, string? Next)? ReadList(ReadOnlyMemory<byte> result)
    {
        if (
            Parse(result) is not { ValueKind: JsonValueKind.Object } said
            || !said.TryGetProperty("tasks", out var list)
            || list.ValueKind != JsonValueKind.Array
        )
        {
            return null;
        }

        return (
            [.. list.EnumerateArray().Select(Of).OfType<TaskState>()],
            said.TryGetProperty("nextCursor", out var next) && next.ValueKind == JsonValueKind.String
                ? next.GetString()
                : null
        );
    }

    /// <summary>Writes it; with what the server says of it freely, or without.</summary>
    public void Write(Utf8JsonWriter json, bool withWords)
    {
        json.WriteString("taskId"u8, Id);
        json.WriteString("status"u8, Status);
        foreach (var name in Times)
        {
            if (Member(name) is { ValueKind: JsonValueKind.String } time && IsTime(time.GetString()!))
            {
                json.WriteString(name, time.GetString());
            }
        }

        foreach (var name in Numbers)
        {
            if (Member(name) is { ValueKind: JsonValueKind.Number or JsonValueKind.Null } number)
            {
                json.WritePropertyName(name);
                number.WriteTo(json);
            }
        }

        if (withWords && Member("statusMessage") is { ValueKind: JsonValueKind.String } words)
        {
            json.WriteString("statusMessage"u8, words.GetString());
        }
    }

    /// <summary>A member of what the server said; undefined when there is none.</summary>
    public JsonElement Member(string name) => Said.TryGetProperty(name, out var found) ? found : default;

    // What stands where a time should may be a sentence, and nobody inspects it there.
    private static bool IsTime(string text) =>
        text.Length <= MaxTimeLength
        && text.All(c => char.IsAsciiDigit(c) || c is 'T' or 'Z' or ':' or '.' or '+' or '-');

    private static TaskState? Of(JsonElement said) =>
        said.ValueKind == JsonValueKind.Object
        && Text(said, "taskId") is { Length: > 0 and <= MaxTextLength } id
        && Text(said, "status") is "working" or "input_required" or "completed" or "failed" or "cancelled"
            ? new TaskState(id, Text(said, "status")!, said)
            : null;

    private static string? Text(JsonElement said, string name) =>
        said.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static JsonElement? Parse(ReadOnlyMemory<byte> result)
    {
        try
        {
            return JsonElement.Parse(result.Span, Strict);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
