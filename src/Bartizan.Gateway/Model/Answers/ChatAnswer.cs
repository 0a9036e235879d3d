using System.Text.Json;
using static Bartizan.Gateway.Model.Answers.AnswerNotes;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>
/// OpenAI Chat Completions (and Embeddings, which only count tokens): <c>tool_calls</c> by index, <c>usage</c> at the
/// end.
/// </summary>
internal sealed class ChatAnswer : IAnswerDialect
{
    /// <summary>Calls of the second and later choices are told apart by this stride.</summary>
    private const long ChoiceStride = 1L << 20;

    /// <inheritdoc/>
    public bool IsOfInterest(ReadOnlySpan<byte> data) =>
        data.IndexOf("\"tool_calls\""u8) >= 0
        || data.IndexOf("\"function_call\""u8) >= 0
        || data.IndexOf("\"usage\":{"u8) >= 0
        || data.IndexOf("\"usage\": {"u8) >= 0;

    /// <inheritdoc/>
    public void ReadEvent(JsonElement data, AnswerNotes notes) => Read(data, "delta", notes);

    /// <inheritdoc/>
    public void ReadBody(JsonElement body, AnswerNotes notes) => Read(body, "message", notes);

    /// <inheritdoc/>
    public long LengthOf(JsonElement data)
    {
        var length = 0L;
        foreach (var choice in Items(data, "choices"))
        {
            if (!TryObject(choice, "delta", out var delta))
            {
                continue;
            }

            length +=
                AnswerNotes.LengthOf(delta, "content")
                + AnswerNotes.LengthOf(delta, "reasoning_content")
                + AnswerNotes.LengthOf(delta, "refusal");
            foreach (var call in Items(delta, "tool_calls"))
            {
                length += TryObject(call, "function", out var function)
                    ? AnswerNotes.LengthOf(function, "arguments")
                    : 0;
            }
        }

        return length;
    }

    private static void Read(JsonElement data, string part, AnswerNotes notes)
    {
        if (TryObject(data, "usage", out var usage))
        {
            var cached = TryObject(usage, "prompt_tokens_details", out var details) ? details : default;
            notes.Tokens(
                Count(usage, "prompt_tokens"),
                Count(usage, "completion_tokens"),
                Count(cached, "cached_tokens"),
                Count(cached, "cache_write_tokens")
            );
        }

        foreach (var choice in Items(data, "choices"))
        {
            if (!TryObject(choice, part, out var message))
            {
                continue;
            }

            var first = Count(choice, "index") * ChoiceStride;
            var position = 0L;
            foreach (var call in Items(message, "tool_calls"))
            {
                // A stream numbers its calls; a body lists them.
                var index = first + (part == "delta" ? Count(call, "index") : position++);
                ReadCall(call, index, notes);
            }

            if (TryObject(message, "function_call", out var function))
            {
                ReadFunction(function, first + ChoiceStride - 1, notes);
            }
        }
    }

    private static void ReadCall(JsonElement call, long index, AnswerNotes notes)
    {
        if (TryObject(call, "function", out var function) || TryObject(call, "custom", out function))
        {
            ReadFunction(function, index, notes);
        }
    }

    private static void ReadFunction(JsonElement function, long index, AnswerNotes notes)
    {
        if (Text(function, "name") is { Length: > 0 } name && !notes.Has(index))
        {
            notes.Begin(index, name);
        }

        notes.Append(index, Text(function, "arguments") ?? Text(function, "input"));
    }
}
