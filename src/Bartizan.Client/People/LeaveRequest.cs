namespace Bartizan.Client.People;

/// <summary>Ends sign-ins of the person who asks.</summary>
public sealed record LeaveRequest
{
    /// <summary>The session's id; null for the one that asks.</summary>
    public string? Session { get; init; }

    /// <summary>True for all of them.</summary>
    public bool All { get; init; }
}
