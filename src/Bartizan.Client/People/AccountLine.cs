namespace Bartizan.Client.People;

/// <summary>A person's account.</summary>
/// <param name="Person">The name.</param>
/// <param name="Grants">What they may do.</param>
/// <param name="Since">When it was made.</param>
/// <param name="IsSetUp">True when they can sign in.</param>
/// <param name="Sessions">How often they are signed in now.</param>
/// <param name="RecoveryCodes">Recovery codes that are left.</param>
public sealed record AccountLine(
    string Person,
    IReadOnlyList<GrantLine> Grants,
    DateTimeOffset Since,
    bool IsSetUp,
    int Sessions,
    int RecoveryCodes
)
{
    /// <summary>True when nobody approves by it, whatever role it has: it was set up with an administrator's token.</summary>
    public bool ApprovesNothing { get; init; }
}
