namespace Bartizan.Core.Identity;

/// <summary>What a token must be, beside signed by its issuer and of now.</summary>
public sealed record TokenExpectation
{
    /// <summary>How far clocks may be apart.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    /// <summary>The longest life of a token, unless said: what holds longer than a day is a key.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromHours(24);

    /// <summary>Whom it must be meant for: the client id that an id token is of, or the name of the resource server.</summary>
    public required string Audience { get; init; }

    /// <summary>What it must be for.</summary>
    public TokenUse Use { get; init; }

    /// <summary>The nonce that was sent with the request that it answers; null when there was no such request.</summary>
    public string? Nonce { get; init; }

    /// <summary>
    /// The token for a resource server that came with it, which its <c>at_hash</c> must be of where it has one; null for none.
    /// </summary>
    public string? AccessToken { get; init; }

    /// <summary>
    /// The thumbprint of the certificate of the connection that it came over, as <c>cnf: { x5t#S256 }</c> says it (RFC 8705, 3.1); null for
    /// none. A token that is bound to anything else is refused: nobody has shown that they hold it.
    /// </summary>
    public string? Certificate { get; init; }

    /// <summary>How long it may hold, from when it was issued.</summary>
    public TimeSpan MaxLife { get; init; } = LongestLife;
}
