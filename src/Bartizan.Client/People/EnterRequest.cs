namespace Bartizan.Client.People;

/// <summary>A person signs in with an account of this instance: all at once, so that nothing tells which part was wrong.</summary>
public sealed record EnterRequest
{
    /// <summary>The account's name.</summary>
    public required string Person { get; init; }

    /// <summary>The passphrase.</summary>
    public required string Passphrase { get; init; }

    /// <summary>Six digits of the authenticator; or a recovery code, which counts once.</summary>
    public required string Code { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Person} signs in";
}
