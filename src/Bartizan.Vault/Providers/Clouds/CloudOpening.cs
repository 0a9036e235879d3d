using Bartizan.Core.Manifests;
using Bartizan.Vault.Providers.Aws;
using Bartizan.Vault.Providers.Azure;
using Bartizan.Vault.Providers.Gcp;
using Bartizan.Vault.Providers.Kubernetes;

namespace Bartizan.Vault.Providers.Clouds;

/// <summary>From what a manifest says of a cloud to what speaks it. A cloud is several hosts; each has a wire of its own.</summary>
internal static class CloudOpening
{
    /// <summary>AWS.</summary>
    public static ICredentialProvider Aws(CredentialProvider terms, string user, ProviderHttp http, TimeProvider clock)
    {
        var region = Said(terms, "region") ?? "";
        var federated = Said(terms, "auth.web_identity");
        var role =
            AwsRole.Read(federated ?? Said(terms, "auth.role") ?? "")
            ?? throw new ProviderException(ProviderFault.Refused, $"`{terms.Name}` names no role's ARN");
        var kept = Said(terms, "secrets") ?? $"https://secretsmanager.{region}.{role.Suffix}";
        return new AwsSts(
            new AwsTerms(role, user, region, federated is not null),
            new AwsWire(http, new AwsScope(region, "sts"), clock),
            new AwsWire(At(terms, kept, clock), new AwsScope(region, "secretsmanager"), clock),
            clock
        );
    }

    /// <summary>A cluster.</summary>
    public static ICredentialProvider Kubernetes(ProviderHttp http, TimeProvider clock) =>
        new KubernetesApi(new CloudWire(http, KubernetesApi.WordsOf, clock), clock);

    /// <summary>Google Cloud.</summary>
    public static ICredentialProvider Gcp(CredentialProvider terms, ProviderHttp http, TimeProvider clock) =>
        new GcpTokens(
            new GcpTerms(
                Said(terms, "auth.service_account") ?? "",
                Said(terms, "auth.pool"),
                $"{terms.Url.AbsoluteUri.TrimEnd('/')}/token"
            ),
            new CloudWire(http, GcpTokens.WordsOf, clock),
            new CloudWire(
                At(terms, Said(terms, "tokens") ?? "https://iamcredentials.googleapis.com", clock),
                GcpTokens.WordsOf,
                clock
            ),
            new CloudWire(
                At(terms, Said(terms, "secrets") ?? "https://secretmanager.googleapis.com", clock),
                GcpTokens.WordsOf,
                clock
            ),
            clock
        );

    /// <summary>Azure.</summary>
    public static ICredentialProvider Azure(CredentialProvider terms, ProviderHttp http, TimeProvider clock)
    {
        var vault = Said(terms, "secrets");
        var federated = Said(terms, "auth.federated");
        return new AzureTokens(
            new AzureTerms(
                Said(terms, "auth.tenant") ?? "",
                federated ?? Said(terms, "auth.client") ?? "",
                federated is not null,
                ScopeOf(vault)
            ),
            new CloudWire(http, AzureTokens.WordsOf, clock),
            vault is null ? null : new CloudWire(At(terms, vault, clock), AzureTokens.WordsOf, clock),
            clock
        );
    }

    // The vault of a name is a host below that of all vaults, which is whom its tokens are for.
    private static string ScopeOf(string? vault) =>
        vault is not null && new Uri(vault) is { HostNameType: UriHostNameType.Dns, IsLoopback: false } url
            ? $"https://{url.Host[(url.Host.IndexOf('.', StringComparison.Ordinal) + 1)..]}/.default"
            : "https://vault.azure.net/.default";

    private static string? Said(CredentialProvider terms, string key) => terms.Settings.GetValueOrDefault(key);

    private static ProviderHttp At(CredentialProvider terms, string address, TimeProvider clock) =>
        new(new Uri(address), terms.CertificateAuthority, clock);
}
