using System.Text.Json;
using static Bartizan.Gateway.Model.Answers.AnswerNotes;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>Gemini: each event is an answer of its own; calls come whole in a part, the tokens so far in <c>usageMetadata</c>.</summary>
internal sealed class GeminiAnswer : IAnswerDialect
{
    private long _calls;

    /// <inheritdoc/>
    public bool IsOfInterest(ReadOnlySpan<byte> data) =>
        data.IndexOf("unctionCall"u8) >= 0 || data.IndexOf("usageMetadata"u8) >= 0;

    /// <inheritdoc/>
    public void ReadEvent(JsonElement data, AnswerNotes notes)
    {
        if (TryObject(data, "usageMetadata", out var usage))
        {
            notes.Tokens(
                Sum(Count(usage, "promptTokenCount"), Count(usage, "toolUsePromptTokenCount")),
                Sum(Count(usage, "candidatesTokenCount"), Count(usage, "thoughtsTokenCount")),
                Count(usage, "cachedContentTokenCount"),
                // A running total, until an answer has ended or was refused.
                isAll: Items(data, "candidates").Any(one => Text(one, "finishReason") is not null)
                    || TryObject(data, "promptFeedback", out _)
            );
        }

        foreach (var part in Parts(data))
        {
            if (TryObject(part, "functionCall", out var call))
            {
                notes.Begin(_calls, Text(call, "name"));
                notes.Append(_calls++, TryObject(call, "args", out var arguments) ? arguments.GetRawText() : "");
            }
        }
    }

    /// <inheritdoc/>
    public void ReadBody(JsonElement body, AnswerNotes notes) => ReadEvent(body, notes);

    /// <inheritdoc/>
    public long LengthOf(JsonElement data) =>
        Parts(data)
            .Sum(part =>
                AnswerNotes.LengthOf(part, "text")
                + (TryObject(part, "functionCall", out var call) ? call.GetRawText().Length : 0)
            );

    private static IEnumerable<JsonElement> Parts(JsonElement data) =>
        Items(data, "candidates")
            .SelectMany(candidate => TryObject(candidate, "content", out var content) ? Items(content, "parts") : []);
}
