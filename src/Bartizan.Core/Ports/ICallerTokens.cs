using Bartizan.Core.Identity;

namespace Bartizan.Core.Ports;

/// <summary>
/// Verifies tokens of OpenID providers: finds their keys, keeps them for a while, and asks for them again when a token names one that isn't
/// known, but not for each such token. What can't be found out is refused.
/// </summary>
public interface ICallerTokens
{
    /// <summary>Verifies a token. It never throws for what a token or a provider says.</summary>
    ValueTask<TokenVerdict> VerifyAsync(
        OpenIdIssuer issuer,
        TokenExpectation expected,
        string token,
        CancellationToken cancellationToken
    );

    /// <summary>What a provider says of itself.</summary>
    /// <exception cref="OpenIdUnavailableException">It can't be had, or isn't of that issuer.</exception>
    ValueTask<OpenIdProvider> DiscoverAsync(OpenIdIssuer issuer, CancellationToken cancellationToken);
}
