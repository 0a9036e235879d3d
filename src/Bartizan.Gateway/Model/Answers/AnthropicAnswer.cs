using System.Text.Json;
using static Bartizan.Gateway.Model.Answers.AnswerNotes;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>Anthropic Messages: <c>content_block_*</c> events, <c>usage</c> in <c>message_start</c> and <c>message_delta</c>.</summary>
internal sealed class AnthropicAnswer : IAnswerDialect
{
    /// <inheritdoc/>
    public bool IsOfInterest(ReadOnlySpan<byte> data) =>
        data.IndexOf("_use\""u8) >= 0 || data.IndexOf("input_json_delta"u8) >= 0 || data.IndexOf("\"usage\""u8) >= 0;

    /// <inheritdoc/>
    public void ReadEvent(JsonElement data, AnswerNotes notes)
    {
        var index = Count(data, "index");
        switch (Text(data, "type"))
        {
            case "message_start" when TryObject(data, "message", out var message):
                ReadUsage(message, notes, isAll: false);
                break;
            case "message_delta":
                ReadUsage(data, notes, isAll: true);
                break;
            case "content_block_start" when TryObject(data, "content_block", out var block):
                ReadBlock(block, index, notes);
                break;
            case "content_block_delta" when TryObject(data, "delta", out var delta):
                notes.Append(index, Text(delta, "partial_json"));
                break;
        }
    }

    /// <inheritdoc/>
    public long LengthOf(JsonElement data) =>
        TryObject(data, "delta", out var delta)
            ? AnswerNotes.LengthOf(delta, "text")
                + AnswerNotes.LengthOf(delta, "thinking")
                + AnswerNotes.LengthOf(delta, "partial_json")
            : 0;

    /// <inheritdoc/>
    public void ReadBody(JsonElement body, AnswerNotes notes)
    {
        ReadUsage(body, notes, isAll: true);
        var index = 0L;
        foreach (var block in Items(body, "content"))
        {
            ReadBlock(block, index++, notes);
        }
    }

    // tool_use, server_tool_use and mcp_tool_use alike.
    private static void ReadBlock(JsonElement block, long index, AnswerNotes notes)
    {
        if (Text(block, "type")?.EndsWith("tool_use", StringComparison.Ordinal) != true)
        {
            return;
        }

        notes.Begin(index, Text(block, "name"));

        // In a stream the block starts with an empty object and the pieces follow.
        if (TryObject(block, "input", out var input) && input.GetPropertyCount() > 0)
        {
            notes.Append(index, input.GetRawText());
        }
    }

    private static void ReadUsage(JsonElement holder, AnswerNotes notes, bool isAll)
    {
        if (!TryObject(holder, "usage", out var usage))
        {
            return;
        }

        var written = Count(usage, "cache_creation_input_tokens");
        var read = Count(usage, "cache_read_input_tokens");
        notes.Tokens(
            Sum(Count(usage, "input_tokens"), Sum(written, read)),
            Count(usage, "output_tokens"),
            read,
            written,
            isAll
        );
    }
}
