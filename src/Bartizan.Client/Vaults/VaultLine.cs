namespace Bartizan.Client.Vaults;

/// <summary>A credential of the vault, without its value.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Version">The number of its newest version.</param>
/// <param name="State">`current`, `expired` or `revoked`.</param>
/// <param name="Created">When that version was written.</param>
public sealed record VaultLine(string Path, int Version, string State, DateTimeOffset Created)
{
    /// <summary>The agents that may be lent it; empty for any.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>The hosts that it may be sent to; empty for any.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>When it was used last; null when the log knows of no time.</summary>
    public DateTimeOffset? LastUse { get; init; }

    /// <summary>From when on it isn't lent any more.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>When it is to be rotated.</summary>
    public DateTimeOffset? RotateBy { get; init; }

    /// <summary>The versions before whose leases still hold, with the end of that.</summary>
    public IReadOnlyDictionary<int, DateTimeOffset> InGrace { get; init; } = new Dictionary<int, DateTimeOffset>();

    /// <summary>What a person should do about it; null for nothing.</summary>
    public string? Reminder { get; init; }
}
