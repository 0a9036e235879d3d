namespace Bartizan.Control.People;

/// <summary>What came of an attempt to sign in.</summary>
public sealed record Entered
{
    /// <summary>The session; null when it failed.</summary>
    public PersonSession? Session { get; private init; }

    /// <summary>What the browser is given; null when it failed.</summary>
    public string? Cookie { get; private init; }

    /// <summary>How long to wait before the next attempt; null when it wasn't too early.</summary>
    public TimeSpan? Wait { get; private init; }

    /// <summary>True when too many are at it; nothing was tried.</summary>
    public bool IsBusy { get; private init; }

    /// <summary>It failed, and nothing tells why.</summary>
    public static Entered Failed { get; } = new();

    /// <summary>Too many are at it.</summary>
    public static Entered Busy { get; } = new() { IsBusy = true };

    /// <summary>Too early.</summary>
    public static Entered After(TimeSpan wait) => new() { Wait = wait };

    /// <summary>Signed in.</summary>
    public static Entered As(PersonSession session, string cookie) => new() { Session = session, Cookie = cookie };

    /// <inheritdoc/>
    public override string ToString() => Session is null ? "refused" : $"{Session.Person} is signed in";
}
