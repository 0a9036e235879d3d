namespace Bartizan.Vault.Providers.Azure;

/// <summary>As which application of which tenant, and how.</summary>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Client">The application's id.</param>
/// <param name="IsFederated">True when a token of an identity is shown, false for a secret of the application.</param>
/// <param name="VaultScope">The scope of Key Vault's tokens.</param>
internal sealed record AzureTerms(string Tenant, string Client, bool IsFederated, string VaultScope);
