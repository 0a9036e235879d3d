using System.Collections.Concurrent;
using Bartizan.Core.Identity;
using Bartizan.Core.Ports;

namespace Bartizan.Vault.Identity.OpenId;

/// <summary>
/// Verifies tokens of OpenID providers: what is pure of it is in <see cref="JsonWebToken"/>, what asks providers in
/// <see cref="OpenIdServer"/>. A provider is one that a file of the operator names; a token names none.
/// </summary>
public sealed class OpenIdTokens(TimeProvider clock) : ICallerTokens
{
    /// <summary>Providers that are known at once; each agent has one.</summary>
    public const int MaxIssuers = 256;

    private readonly ConcurrentDictionary<OpenIdIssuer, OpenIdServer> _servers = new();

    /// <inheritdoc/>
    public async ValueTask<TokenVerdict> VerifyAsync(
        OpenIdIssuer issuer,
        TokenExpectation expected,
        string token,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(issuer);
        try
        {
            var server = ServerOf(issuer);
            var known = await server.KnownAsync(null, cancellationToken).ConfigureAwait(false);
            var verdict = JsonWebToken.Verify(token, issuer, known.Keys, expected, clock.GetUtcNow());
            if (verdict.IsGood || verdict.Fault != TokenFault.UnknownKey)
            {
                return verdict;
            }

            // The key may be newer than what is known of them.
            var again = await server.KnownAsync(known, cancellationToken).ConfigureAwait(false);
            return ReferenceEquals(again, known)
                ? verdict
                : JsonWebToken.Verify(token, issuer, again.Keys, expected, clock.GetUtcNow());
        }
        catch (OpenIdUnavailableException e)
        {
            return TokenVerdict.Refused(TokenFault.Unavailable, e.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<OpenIdProvider> DiscoverAsync(OpenIdIssuer issuer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(issuer);
        var known = await ServerOf(issuer).KnownAsync(null, cancellationToken).ConfigureAwait(false);
        return known.Provider;
    }

    private OpenIdServer ServerOf(OpenIdIssuer issuer) =>
        _servers.TryGetValue(issuer, out var known) ? known
        : _servers.Count < MaxIssuers ? _servers.GetOrAdd(issuer, one => new OpenIdServer(one, clock))
        : throw new OpenIdUnavailableException($"{MaxIssuers} issuers are known already");
}
