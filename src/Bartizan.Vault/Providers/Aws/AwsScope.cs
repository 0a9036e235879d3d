namespace Bartizan.Vault.Providers.Aws;

/// <summary>What a signature is good for.</summary>
/// <param name="Region">The region.</param>
/// <param name="Service">The service.</param>
internal readonly record struct AwsScope(string Region, string Service);
