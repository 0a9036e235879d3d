using System.Collections.Immutable;

namespace Bartizan.Vault.Providers;

/// <summary>What a provider issued.</summary>
/// <param name="Fields">The fields that were asked for.</param>
/// <param name="Lease">Its lease's id; null for what has none.</param>
/// <param name="Ttl">How long it counts; zero where nobody says.</param>
/// <param name="IsRenewable">True when its lease can be made to last longer.</param>
/// <param name="Version">The version of a value that is kept there; null for what was made.</param>
internal sealed record IssuedSecret(
    ImmutableDictionary<string, Secret> Fields,
    string? Lease,
    TimeSpan Ttl,
    bool IsRenewable,
    string? Version
)
{
    /// <summary>By what it alone can be revoked; null for what hangs on its login, and for what nobody can revoke.</summary>
    public IssuedAnchor? Anchor { get; init; }

    /// <summary>What the log says of it, without a secret.</summary>
    public string? Says { get; init; }

    /// <summary>Never the values.</summary>
    public override string ToString() => Lease ?? Version ?? "***";
}
