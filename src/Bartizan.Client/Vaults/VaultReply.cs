namespace Bartizan.Client.Vaults;

/// <summary>How the vault stands after what was asked.</summary>
public sealed record VaultReply
{
    /// <summary>`none`, `sealed` or `open`.</summary>
    public required string Standing { get; init; }

    /// <summary>A sentence for people; empty for none.</summary>
    public string Says { get; init; } = "";

    /// <summary>Why it isn't open, when more is wrong than a missing key.</summary>
    public string? Problem { get; init; }

    /// <summary>Where its key comes from.</summary>
    public VaultKeySource Source { get; init; }

    /// <summary>The key file's path, or the service credential's name.</summary>
    public string? Place { get; init; }

    /// <summary>How many shares there are, of how many are needed, of how many were given.</summary>
    public IReadOnlyList<int> Shares { get; init; } = [];

    /// <summary>How many changes it has seen.</summary>
    public long Generation { get; init; }

    /// <summary>Whether the daemon's memory is kept out of the host's swap.</summary>
    public bool MemoryLocked { get; init; }

    /// <summary>What it holds.</summary>
    public IReadOnlyList<VaultLine> Credentials { get; init; } = [];

    /// <summary>The shares of a new lock; they are shown once and kept nowhere.</summary>
    public IReadOnlyList<string> NewShares { get; init; } = [];
}
