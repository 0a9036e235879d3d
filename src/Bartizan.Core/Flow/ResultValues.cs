using System.Text.Json;

namespace Bartizan.Core.Flow;

/// <summary>The values that a tool's answer holds: each value of its JSON as a whole, and those that stand in its texts.</summary>
internal static class ResultValues
{
    /// <summary>How deep an answer may nest; below is unknown.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions s_strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    /// <summary>Each value of an answer; none of an error, which mostly repeats what the tool was asked.</summary>
    public static void Find(ReadOnlyMemory<byte> message, Action<string> found)
    {
        try
        {
            using var document = JsonDocument.Parse(message, s_strict);
            var root = document.RootElement;
            if (
                root.ValueKind != JsonValueKind.Object
                || !root.TryGetProperty("result", out var result)
                || result.ValueKind != JsonValueKind.Object
                || (result.TryGetProperty("isError", out var failed) && failed.ValueKind != JsonValueKind.False)
            )
            {
                return;
            }

            if (result.TryGetProperty("structuredContent", out var structured))
            {
                FindIn(structured, found);
            }

            foreach (var name in (string[])["content", "contents"])
            {
                if (result.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array)
                {
                    foreach (var item in items.EnumerateArray())
                    {
                        FindInItem(item, found);
                    }
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What can't be read is not known.
        }
    }

    private static void FindInItem(JsonElement item, Action<string> found)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (item.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
        {
            FindInText(text.GetString()!, found);
        }
        else if (item.TryGetProperty("resource", out var resource))
        {
            FindInItem(resource, found);
        }
    }

    /// <summary>The values of a text, which may be JSON.</summary>
    public static void FindInText(string text, Action<string> found)
    {
        if (text.AsSpan().TrimStart() is ['{' or '[', ..])
        {
            try
            {
                using var document = JsonDocument.Parse(text, s_strict);
                FindIn(document.RootElement, found);
                return;
            }
            catch (JsonException)
            {
                // Only text that looks like it.
            }
        }

        ValueText.Find(text, brief: false, found);
    }

    private static void FindIn(JsonElement value, Action<string> found)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    FindIn(member.Value, found);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    FindIn(item, found);
                }

                break;
            case JsonValueKind.String when value.GetString()!.AsSpan().ContainsAny(' ', '\n'):
                ValueText.Find(value.GetString()!, brief: false, found);
                break;
            case JsonValueKind.String or JsonValueKind.Number:
                found(ArgumentTexts.TextOf(value)!);
                break;
            default:
                break;
        }
    }
}
