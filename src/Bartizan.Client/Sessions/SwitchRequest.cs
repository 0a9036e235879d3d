namespace Bartizan.Client.Sessions;

/// <summary>Which sessions to move, and why. Exactly one of the three selectors is given.</summary>
public sealed record SwitchRequest
{
    /// <summary>One session.</summary>
    public string? Session { get; init; }

    /// <summary>All sessions of an agent.</summary>
    public string? Agent { get; init; }

    /// <summary>All sessions.</summary>
    public bool All { get; init; }

    /// <summary>The reason, for the log.</summary>
    public string Reason { get; init; } = "";
}
