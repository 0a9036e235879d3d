namespace Bartizan.Client.People;

/// <summary>One person signed in at one browser.</summary>
/// <param name="Id">What it is ended by.</param>
/// <param name="Person">Who.</param>
/// <param name="How">How they signed in.</param>
/// <param name="Address">Where from.</param>
/// <param name="Since">Since when.</param>
/// <param name="Seen">When it was last used.</param>
/// <param name="Until">When it ends.</param>
/// <param name="IsThis">True for the one that asks.</param>
public sealed record PersonSessionLine(
    string Id,
    string Person,
    string How,
    string Address,
    DateTimeOffset Since,
    DateTimeOffset Seen,
    DateTimeOffset Until,
    bool IsThis
);
