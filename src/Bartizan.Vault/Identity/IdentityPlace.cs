namespace Bartizan.Vault.Identity;

/// <summary>Who vouches for agents: the SPIFFE trust domain that they belong to, and the issuer that verifiers know.</summary>
/// <param name="TrustDomain">The trust domain (SPIFFE-ID, 2.1): lower-case letters, digits, dots, dashes and underscores.</param>
/// <param name="Issuer">
/// The issuer of tokens: the address below which <c>/.well-known/openid-configuration</c> and <c>/.well-known/jwks.json</c> can be had; or
/// the trust domain's id, when they are given out another way.
/// </param>
public sealed record IdentityPlace(string TrustDomain, string Issuer)
{
    private const int MaxTrustDomain = 255;

    /// <summary>The id of an agent (SPIFFE-ID, 2.2).</summary>
    public string Of(string agent) => $"spiffe://{TrustDomain}/agent/{agent}";

    /// <summary>One whose issuer is its trust domain.</summary>
    public static IdentityPlace Named(string trustDomain) => new(trustDomain, $"spiffe://{trustDomain}");

    /// <summary>True for what can be a trust domain.</summary>
    public static bool IsTrustDomain(string text) =>
        text.Length is > 0 and <= MaxTrustDomain
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_');
}
