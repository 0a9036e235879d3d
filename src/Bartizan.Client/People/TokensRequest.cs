namespace Bartizan.Client.People;

/// <summary>Something about tokens. Without a label or an id: lists them.</summary>
public sealed record TokensRequest
{
    /// <summary>Whose; null for those of whoever asks, and from the owner's socket for all.</summary>
    public string? Person { get; init; }

    /// <summary>What a new one is called.</summary>
    public string? Label { get; init; }

    /// <summary>What the new one gives at most.</summary>
    public IReadOnlyList<GrantLine> Grants { get; init; } = [];

    /// <summary>How long the new one holds.</summary>
    public int Days { get; init; } = 30;

    /// <summary>The authenticator's code of now, which whoever is signed in from elsewhere makes a token with.</summary>
    public string? Code { get; init; }

    /// <summary>The one to revoke.</summary>
    public string? Revoke { get; init; }

    /// <inheritdoc/>
    public override string ToString() => "about tokens";
}
