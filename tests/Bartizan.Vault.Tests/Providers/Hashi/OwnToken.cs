namespace Bartizan.Vault.Tests.Providers.Hashi;

/// <summary>A token of the test's Vault.</summary>
internal sealed class OwnToken
{
    public required string Id { get; init; }

    /// <summary>Empty for batch tokens.</summary>
    public required string Accessor { get; init; }

    public required string Policy { get; init; }

    public required DateTimeOffset Longest { get; init; }

    public required DateTimeOffset Until { get; set; }

    public bool IsRenewable { get; init; } = true;

    public List<OwnLease> Leases { get; } = [];
}

/// <summary>A lease of it.</summary>
internal sealed class OwnLease
{
    public required string Id { get; init; }

    public required string Account { get; init; }

    public required DateTimeOffset Longest { get; init; }

    public required DateTimeOffset Until { get; set; }

    public bool IsRenewable { get; init; } = true;
}
