namespace Bartizan.Client.Sessions;

/// <summary>What <c>bartizan attach --json</c> prints.</summary>
public sealed record AttachReply
{
    /// <summary>The session's id.</summary>
    public required string Session { get; init; }

    /// <summary>The session token; the only thing of value the agent holds.</summary>
    public required string Token { get; init; }

    /// <summary>The end user that it acts for, as entries name them; null for none.</summary>
    public string? User { get; init; }

    /// <summary>When it ends at the latest.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Where the gateways listen.</summary>
    public required AttachEndpoints Endpoints { get; init; }

    /// <summary>The record prints no token.</summary>
    public override string ToString() => $"attached {Session}";
}
