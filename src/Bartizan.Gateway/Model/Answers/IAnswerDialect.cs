using System.Text.Json;

namespace Bartizan.Gateway.Model.Answers;

/// <summary>How one wire format says what a model answered.</summary>
internal interface IAnswerDialect
{
    /// <summary>True when an event may hold something to note; a cheap look that spares parsing most of them.</summary>
    bool IsOfInterest(ReadOnlySpan<byte> data);

    /// <summary>Notes what one event of a stream says.</summary>
    void ReadEvent(JsonElement data, AnswerNotes notes);

    /// <summary>Notes what a whole body says.</summary>
    void ReadBody(JsonElement body, AnswerNotes notes);

    /// <summary>How many characters of the answer one event of a stream carries: text, thinking and arguments alike.</summary>
    long LengthOf(JsonElement data);
}
