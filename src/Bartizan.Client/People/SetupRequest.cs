namespace Bartizan.Client.People;

/// <summary>
/// A person sets their account up, with the token that they were given. Without a passphrase: shows what codes are made of.
/// </summary>
public sealed record SetupRequest
{
    /// <summary>The account's name.</summary>
    public required string Person { get; init; }

    /// <summary>The token, which counts once.</summary>
    public required string Token { get; init; }

    /// <summary>The passphrase to be; null to be shown the secret first.</summary>
    public string? Passphrase { get; init; }

    /// <summary>Six digits that show that the authenticator has the secret.</summary>
    public string? Code { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Person} is set up";
}
