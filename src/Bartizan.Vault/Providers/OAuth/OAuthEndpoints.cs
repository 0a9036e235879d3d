namespace Bartizan.Vault.Providers.OAuth;

/// <summary>Where an OAuth server is asked.</summary>
/// <param name="Token">Where tokens are issued.</param>
/// <param name="Revoke">Where they are revoked; null where they can't be.</param>
/// <param name="Device">Where a sign-in on another device begins; null where there is none.</param>
internal sealed record OAuthEndpoints(Uri Token, Uri? Revoke, Uri? Device);
