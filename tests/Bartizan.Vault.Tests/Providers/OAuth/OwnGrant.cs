namespace Bartizan.Vault.Tests.Providers.OAuth;

/// <summary>What a token of the test's OAuth server is good for.</summary>
internal sealed record OwnGrant(string Family, string Scope, DateTimeOffset Until, string? Resource);
