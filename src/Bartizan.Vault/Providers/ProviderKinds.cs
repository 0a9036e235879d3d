using Bartizan.Core.Manifests;
using Bartizan.Vault.Providers.Clouds;
using Bartizan.Vault.Providers.GitHub;
using Bartizan.Vault.Providers.Hashi;
using Bartizan.Vault.Providers.OAuth;

namespace Bartizan.Vault.Providers;

/// <summary>From what a manifest says to what speaks it.</summary>
internal static class ProviderKinds
{
    /// <summary>Opens the wire to a provider; nothing is connected yet.</summary>
    /// <param name="terms">What the manifest says of it.</param>
    /// <param name="clock">The time.</param>
    /// <param name="user">What the provider's own log shall call the session, where it asks.</param>
    /// <param name="refresh">The refresh token that it is asked by, where it is asked by one.</param>
    /// <exception cref="ProviderException">It can't be.</exception>
    public static ICredentialProvider Open(
        CredentialProvider terms,
        TimeProvider clock,
        string user = "",
        RefreshUse? refresh = null
    )
    {
        var http = new ProviderHttp(terms.Url, terms.CertificateAuthority, clock);
        return terms.Kind switch
        {
            ProviderKind.Vault => new HashiVault(terms, new HashiWire(http, terms.Namespace, clock)),
            ProviderKind.Aws => CloudOpening.Aws(terms, user, http, clock),
            ProviderKind.Kubernetes => CloudOpening.Kubernetes(http, clock),
            ProviderKind.Gcp => CloudOpening.Gcp(terms, http, clock),
            ProviderKind.Azure => CloudOpening.Azure(terms, http, clock),
            ProviderKind.OAuth => new OAuthServer(
                OAuthTerms.Of(terms),
                new OAuthWire(http, OAuthTerms.Of(terms), clock),
                refresh
            ),
            ProviderKind.GitHub => new GitHubApp(terms, new GitHubWire(http, clock), clock),
            _ => throw new ProviderException(ProviderFault.Refused, $"`{terms.Name}` is of no kind that is known here"),
        };
    }

    /// <summary>Where what it is signed in to with is sent: the vault binds that to hosts.</summary>
    public static Uri ShownAt(CredentialProvider terms) =>
        terms.Kind == ProviderKind.OAuth ? OAuthTerms.Of(terms).Named?.Token ?? terms.Url : terms.Url;
}
