namespace Bartizan.Vault.Providers.Gcp;

/// <summary>As which service account, and how it is signed in to.</summary>
/// <param name="Account">The service account that tokens are made of.</param>
/// <param name="Pool">The provider of a workload identity pool, by its resource; null for a service account's key.</param>
/// <param name="Audience">Whom what a key signs is for.</param>
internal sealed record GcpTerms(string Account, string? Pool, string Audience);
