namespace Bartizan.Client.Stores;

/// <summary>Which store, or which of its keys, somebody has looked at.</summary>
public sealed record StoresRequest
{
    /// <summary>The store, as the list names it; null for the list.</summary>
    public string? Store { get; init; }

    /// <summary>One of its keys; null for all of it.</summary>
    public string? Key { get; init; }

    /// <summary>Why its labels come off.</summary>
    public string? Why { get; init; }
}
