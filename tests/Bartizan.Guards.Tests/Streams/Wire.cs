using System.Text;
using System.Text.Json;

namespace Bartizan.Guards.Tests.Streams;

/// <summary>The four ways in which models stream an answer, a delta for each piece of its text.</summary>
internal static class Wire
{
    public static IReadOnlyDictionary<string, Func<IEnumerable<string>, string>> All { get; } =
        new Dictionary<string, Func<IEnumerable<string>, string>>
        {
            ["anthropic"] = pieces =>
                Event(
                    "message_start",
                    """{"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[]}}"""
                )
                + Event(
                    "content_block_start",
                    """{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"""
                )
                + string.Concat(
                    pieces.Select(p =>
                        Event(
                            "content_block_delta",
                            $$$"""{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":{{{Quoted(p)}}}}}"""
                        )
                    )
                )
                + Event("message_stop", """{"type":"message_stop"}"""),
            ["anthropic, arguments"] = pieces =>
                string.Concat(
                    pieces.Select(p =>
                        Event(
                            "content_block_delta",
                            $$$"""{"delta":{"type":"input_json_delta","partial_json":{{{Quoted(p)}}}},"index":1,"type":"content_block_delta"}"""
                        )
                    )
                ),
            ["chat"] = pieces =>
                string.Concat(
                    pieces.Select(p =>
                        $$$"""data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":{{{Quoted(p)}}}}}]}"""
                        + "\n\n"
                    )
                ) + "data: [DONE]\n\n",
            ["responses"] = pieces =>
                string.Concat(
                    pieces.Select(p =>
                        Event(
                            "response.output_text.delta",
                            $$"""{"type":"response.output_text.delta","item_id":"i","output_index":0,"content_index":0,"delta":{{Quoted(p)}}}"""
                        )
                    )
                ) + Event("response.completed", """{"type":"response.completed","response":{"id":"r"}}"""),
            ["gemini"] = pieces =>
                string.Concat(
                    pieces.Select(p =>
                        $$$"""data: {"candidates":[{"content":{"parts":[{"text":{{{Quoted(p)}}}}],"role":"model"},"index":0}]}"""
                        + "\r\n\r\n"
                    )
                ),
        };

    /// <summary>The texts of a stream, put together again.</summary>
    public static string TextOf(string stream)
    {
        var text = new StringBuilder();
        foreach (var line in stream.Split('\n').Where(l => l.StartsWith("data: {", StringComparison.Ordinal)))
        {
            using var document = JsonDocument.Parse(line[6..]);
            Add(document.RootElement, "", text);
        }

        return text.ToString();
    }

    private static void Add(JsonElement value, string name, StringBuilder text)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Add(member.Value, member.Name, text);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    Add(item, name, text);
                }

                break;
            case JsonValueKind.String when name is "text" or "partial_json" or "content" or "delta":
                text.Append(value.GetString());
                break;
        }
    }

    private static string Event(string name, string data) => $"event: {name}\ndata: {data}\n\n";

    private static string Quoted(string text) => JsonSerializer.Serialize(text);
}
