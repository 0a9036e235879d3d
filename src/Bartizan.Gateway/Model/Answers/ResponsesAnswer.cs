using System.Text.Json;
using static Bartizan.Gateway.Model.Answers.AnswerNotes;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>
/// OpenAI Responses: each item comes whole in <c>response.output_item.done</c>, the tokens in the last event. An item of any
/// type <c>…_call</c> is a tool call, those that the provider runs itself too.
/// </summary>
internal sealed class ResponsesAnswer : IAnswerDialect
{
    private long _items;

    /// <inheritdoc/>
    public bool IsOfInterest(ReadOnlySpan<byte> data) =>
        data.IndexOf("output_item.done"u8) >= 0
        || data.IndexOf("\"usage\":{"u8) >= 0
        || data.IndexOf("\"usage\": {"u8) >= 0
        || data.IndexOf("response.created"u8) >= 0;

    /// <inheritdoc/>
    public void ReadEvent(JsonElement data, AnswerNotes notes)
    {
        if (Text(data, "type") == "response.output_item.done" && TryObject(data, "item", out var item))
        {
            ReadItem(item, notes);
        }
        else if (TryObject(data, "response", out var response))
        {
            notes.Identify(Text(response, "id"));
            ReadUsage(response, notes);
        }
    }

    /// <inheritdoc/>
    public void ReadBody(JsonElement body, AnswerNotes notes)
    {
        notes.Identify(Text(body, "id"));
        ReadUsage(body, notes);
        foreach (var item in Items(body, "output"))
        {
            ReadItem(item, notes);
        }
    }

    /// <inheritdoc/>
    public long LengthOf(JsonElement data) => AnswerNotes.LengthOf(data, "delta");

    private static void ReadUsage(JsonElement response, AnswerNotes notes)
    {
        if (TryObject(response, "usage", out var usage))
        {
            var cached = TryObject(usage, "input_tokens_details", out var details) ? details : default;
            notes.Tokens(
                Count(usage, "input_tokens"),
                Count(usage, "output_tokens"),
                Count(cached, "cached_tokens"),
                Count(cached, "cache_write_tokens")
            );
        }
    }

    private void ReadItem(JsonElement item, AnswerNotes notes)
    {
        var type = Text(item, "type");
        if (type?.EndsWith("_call", StringComparison.Ordinal) != true)
        {
            return;
        }

        var name = Text(item, "name") ?? type[..^"_call".Length];
        var space = Text(item, "namespace") ?? Text(item, "server_label");
        notes.Begin(_items, string.IsNullOrEmpty(space) ? name : $"{space}__{name}");
        notes.Append(
            _items++,
            Text(item, "arguments")
                ?? Text(item, "input")
                ?? (TryObject(item, "action", out var action) ? action.GetRawText() : null)
        );
    }
}
