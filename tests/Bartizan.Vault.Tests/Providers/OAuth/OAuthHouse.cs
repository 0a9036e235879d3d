using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Tests.Providers.OAuth;

/// <summary>A session with the test's OAuth server.</summary>
internal static class OAuthHouse
{
    public static ImmutableSortedDictionary<string, string> Scoped(string scope) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("scope", scope);

    public static ProvidedHouse Open(
        OwnOAuth there,
        string own = OwnOAuth.Secret,
        TimeSpan? ttl = null,
        params (string Key, string Value)[] settings
    ) => Open(there, own, null, ttl, settings);

    /// <summary>One that asks by a person's refresh token.</summary>
    public static ProvidedHouse OpenRefreshed(OwnOAuth there, string refresh) =>
        Open(there, OwnOAuth.Secret, refresh, null, []);

    private static ProvidedHouse Open(
        OwnOAuth there,
        string own,
        string? refresh,
        TimeSpan? ttl,
        (string Key, string Value)[] settings
    )
    {
        var all = settings.Append(("auth.client", OwnOAuth.Client));
        var house = new ProvidedHouse(
            new CredentialProvider
            {
                Name = "idp",
                Kind = ProviderKind.OAuth,
                Url = new Uri(there.Issuer),
                Credential = own.Length == 0 ? "" : "own",
                Settings = (refresh is null ? all : all.Append(("refresh", "again"))).ToImmutableSortedDictionary(
                    one => one.Item1,
                    one => one.Item2,
                    StringComparer.Ordinal
                ),
            },
            [
                new("own", CredentialOrigin.Vault, "idp/own"),
                new("again", CredentialOrigin.Vault, "idp/refresh"),
                new("orders", CredentialOrigin.Provider, "idp/token#access_token")
                {
                    Parameters = Scoped("orders.read"),
                    Ttl = ttl,
                },
                new("write", CredentialOrigin.Provider, "idp/token#access_token")
                {
                    Parameters = Scoped("orders.write"),
                },
            ],
            ("idp/own", own.Length == 0 ? "-" : own),
            ("idp/refresh", refresh ?? "-")
        );
        there.Clock = house.Clock;
        return house;
    }
}
