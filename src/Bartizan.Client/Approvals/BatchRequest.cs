namespace Bartizan.Client.Approvals;

/// <summary>One answer to a list of asks that was shown whole.</summary>
public sealed record BatchRequest
{
    /// <summary>The asks, in the order shown.</summary>
    public required IReadOnlyList<AskReference> Items { get; init; }

    /// <summary>The digest of the list.</summary>
    public required string List { get; init; }

    /// <summary>Yes or no.</summary>
    public bool Granted { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}
