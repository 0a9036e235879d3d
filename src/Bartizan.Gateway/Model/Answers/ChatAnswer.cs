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

    private static void Read(JsonElement data, string part, AnswerNotes notes)
    {
        if (TryObject(data, "usage", out var usage))
        {
            notes.Tokens(Count(usage, "prompt_tokens"), Count(usage, "completion_tokens"));
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
