using Bartizan.Core.Sessions;

namespace Bartizan.Records.Erasures;

/// <summary>Whose payloads are meant: one session's, or those of every session that a person started.</summary>
public sealed record RecordScope
{
    private const string SessionWord = "session ";
    private const string PersonWord = "person ";

    private RecordScope() { }

    /// <summary>The session, of a session's scope.</summary>
    public SessionId Session { get; private init; }

    /// <summary>The person, of a person's.</summary>
    public string? Person { get; private init; }

    /// <summary>A session.</summary>
    public static RecordScope Of(SessionId session) => new() { Session = session };

    /// <summary>A person, as entries name them.</summary>
    public static RecordScope Of(string person)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(person);
        return new() { Person = person };
    }

    /// <summary>Reads the text that entries have; null when it is none.</summary>
    public static RecordScope? Read(string? text) =>
        text is null ? null
        : text.StartsWith(PersonWord, StringComparison.Ordinal) && text.Length > PersonWord.Length
            ? Of(text[PersonWord.Length..])
        : text.StartsWith(SessionWord, StringComparison.Ordinal)
        && SessionId.TryParse(text[SessionWord.Length..], out var session)
            ? Of(session)
        : null;

    /// <inheritdoc/>
    public override string ToString() => Person is null ? SessionWord + Session : PersonWord + Person;
}
