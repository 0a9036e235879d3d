using Bartizan.Core.Sessions;

namespace Bartizan.Records.Erasures;

/// <summary>A session, as erasing sees it.</summary>
/// <param name="Id">The session.</param>
public sealed record RecordedSession(SessionId Id)
{
    /// <summary>Who started it.</summary>
    public string? Person { get; init; }

    /// <summary>When it ended; null while it lives.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>True when an entry says that its key was destroyed.</summary>
    public bool Erased { get; init; }
}
