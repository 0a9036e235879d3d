using System.Collections.Immutable;
using System.Text.Json;

namespace Bartizan.Core.Manifests;

/// <summary>
/// The call that would take a tool's call back, as the manifest declares it. It is written down with what came of the call and shown to
/// people; nobody here makes it.
/// </summary>
/// <param name="Tool">The tool of the same server that takes it back.</param>
/// <param name="Arguments">
/// Its arguments: for each the place of its value in the call's own arguments (<c>args/branch</c>) or in its result
/// (<c>result/id</c>), a JSON pointer (RFC 6901) behind the first word.
/// </param>
public sealed record ToolUndo(string Tool, ImmutableSortedDictionary<string, string> Arguments)
{
    /// <summary>The role of the payload that holds it, beside an outcome.</summary>
    public const string Role = "undo";

    private const string OfArguments = "args";
    private const string OfResult = "result";

    /// <summary>True for a place that a value can be taken from.</summary>
    public static bool IsPlace(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var steps = text.Split('/');
        return steps[0] is OfArguments or OfResult
            && steps.Length > 1
            && steps.All(step =>
                !step.Replace("~0", "", StringComparison.Ordinal)
                    .Replace("~1", "", StringComparison.Ordinal)
                    .Contains('~')
            );
    }

    /// <summary>Writes the call down: <c>{ tool, arguments }</c>, and in <c>missing</c> the places that hold nothing.</summary>
    /// <param name="server">The server of both tools.</param>
    /// <param name="arguments">The call's own arguments, as they were sent.</param>
    /// <param name="result">Its result, as the server gave it (MCP's <c>CallToolResult</c>).</param>
    public byte[] CallFor(string server, JsonElement arguments, JsonElement result)
    {
        var content = ContentOf(result);
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            var missing = new List<string>();
            json.WriteStartObject();
            json.WriteString("tool", $"{server}/{Tool}");
            json.WriteStartObject("arguments");
            foreach (var (name, place) in Arguments)
            {
                var steps = place.Split('/');
                if (Find(steps[0] == OfArguments ? arguments : content, steps.AsSpan(1)) is not { } value)
                {
                    missing.Add(place);
                    continue;
                }

                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
            if (missing.Count > 0)
            {
                json.WriteStartArray("missing");
                missing.ForEach(json.WriteStringValue);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    // What a tool says as data; servers of the first era say it as text, and then it is the one text that is JSON.
    private static JsonElement ContentOf(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Object)
        {
            return default;
        }

        if (result.TryGetProperty("structuredContent", out var structured))
        {
            return structured;
        }

        var isOne =
            result.TryGetProperty("content", out var content)
            && content.ValueKind == JsonValueKind.Array
            && content.GetArrayLength() == 1
            && content[0].ValueKind == JsonValueKind.Object;
        try
        {
            return isOne && content[0].TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
                ? JsonElement.Parse(text.GetString()!)
                : default;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static JsonElement? Find(JsonElement from, ReadOnlySpan<string> steps)
    {
        foreach (var step in steps)
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var member))
            {
                from = member;
            }
            else if (
                from.ValueKind == JsonValueKind.Array
                && int.TryParse(name, System.Globalization.NumberStyles.None, null, out var at)
                && at < from.GetArrayLength()
            )
            {
                from = from[at];
            }
            else
            {
                return null;
            }
        }

        return from.ValueKind == JsonValueKind.Undefined ? null : from;
    }
}
