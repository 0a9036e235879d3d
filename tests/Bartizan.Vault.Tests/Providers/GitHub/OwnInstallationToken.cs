namespace Bartizan.Vault.Tests.Providers.GitHub;

/// <summary>A token of an installation at the test's GitHub.</summary>
internal sealed record OwnInstallationToken(
    List<string> Repositories,
    Dictionary<string, string> Permissions,
    DateTimeOffset Until
);
