namespace Bartizan.Core.Manifests;

/// <summary>PEM files that callers are shown in TLS.</summary>
/// <param name="Certificate">The certificate, and after it those that lead to its root.</param>
/// <param name="Key">Its key.</param>
public sealed record ServeTls(string Certificate, string Key);
