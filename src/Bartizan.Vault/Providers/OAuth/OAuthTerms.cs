using Bartizan.Core.Manifests;

namespace Bartizan.Vault.Providers.OAuth;

/// <summary>What a manifest says of an OAuth server.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Issuer">Its issuer, as it is written: that text is compared.</param>
/// <param name="Client">The client's id.</param>
/// <param name="By">How the client says who it is; empty where it has no secret.</param>
/// <param name="KeyId">The <c>kid</c> of its key.</param>
/// <param name="Named">The endpoints that the manifest names; null where they are discovered.</param>
internal sealed record OAuthTerms(
    string Name,
    string Issuer,
    string Client,
    string By,
    string? KeyId,
    OAuthEndpoints? Named
)
{
    public static OAuthTerms Of(CredentialProvider provider)
    {
        var settings = provider.Settings;
        return new OAuthTerms(
            provider.Name,
            provider.Url.OriginalString,
            settings.GetValueOrDefault("auth.client") ?? "",
            provider.Credential.Length == 0 ? "" : settings.GetValueOrDefault("auth.by") ?? "basic",
            settings.GetValueOrDefault("auth.key_id"),
            AddressOf("token") is { } token ? new OAuthEndpoints(token, AddressOf("revoke"), AddressOf("device")) : null
        );

        Uri? AddressOf(string name) =>
            settings.GetValueOrDefault($"endpoints.{name}") is { } text ? new Uri(text) : null;
    }
}
