using System.Collections.Immutable;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>A provider of credentials, and what of it is compared.</summary>
internal static class SurfaceProviders
{
    public static Dictionary<string, Func<Manifest, Manifest>> Compared { get; } =
        new(StringComparer.Ordinal)
        {
            ["Manifest.Providers"] = m => m with { Providers = m.Providers.Add("more", m.Providers["p"]) },
            ["CredentialProvider.Kind"] = m => Changed(m, p => p with { Kind = ProviderKind.Unknown }),
            ["CredentialProvider.Url"] = m => Changed(m, p => p with { Url = new Uri("https://other.example") }),
            ["CredentialProvider.Credential"] = m => Changed(m, p => p with { Credential = "other" }),
            ["CredentialProvider.Auth"] = m => Changed(m, p => p with { Auth = ProviderAuth.Jwt }),
            ["CredentialProvider.Role"] = m => Changed(m, p => p with { Role = "admin" }),
            ["CredentialProvider.Mount"] = m => Changed(m, p => p with { Mount = "other" }),
            ["CredentialProvider.Namespace"] = m => Changed(m, p => p with { Namespace = "other" }),
            ["CredentialProvider.Settings"] = m =>
                Changed(m, p => p with { Settings = p.Settings.Add("region", "us") }),
            ["CredentialProvider.CertificateAuthority"] = m =>
                Changed(m, p => p with { CertificateAuthority = "own.pem" }),
            ["CredentialSource.Parameters"] = m =>
                m with
                {
                    Credentials = m.Credentials.SetItem(
                        "key",
                        m.Credentials["key"] with
                        {
                            Parameters = ImmutableSortedDictionary<string, string>.Empty.Add("role", "admin"),
                        }
                    ),
                },
        };

    public static ImmutableDictionary<string, CredentialProvider> Some() =>
        ImmutableDictionary<string, CredentialProvider>.Empty.Add(
            "p",
            new CredentialProvider
            {
                Name = "p",
                Kind = ProviderKind.Vault,
                Url = new Uri("https://vault.example"),
                Credential = "key",
                Auth = ProviderAuth.AppRole,
                Role = "triage",
                Mount = "approle",
            }
        );

    private static Manifest Changed(Manifest m, Func<CredentialProvider, CredentialProvider> other) =>
        m with
        {
            Providers = m.Providers.SetItem("p", other(m.Providers["p"])),
        };
}
