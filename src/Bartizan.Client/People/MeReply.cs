namespace Bartizan.Client.People;

/// <summary>Who asks, and what they may do.</summary>
public sealed record MeReply
{
    /// <summary>Who.</summary>
    public required string Person { get; init; }

    /// <summary>By what: <c>passphrase</c>, <c>openid</c>, <c>break-glass</c> or <c>token</c>.</summary>
    public required string How { get; init; }

    /// <summary>What they may do.</summary>
    public IReadOnlyList<GrantLine> Grants { get; init; } = [];

    /// <summary>The session's id; null for a token.</summary>
    public string? Session { get; init; }

    /// <summary>
    /// What each request that changes something carries in the header <c>Bartizan-Form</c>: what another site can't know. Null for a token.
    /// </summary>
    public string? Form { get; init; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>What everybody who is signed in is told: that somebody broke the glass.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];
}
