namespace Bartizan.Client.Retention;

/// <summary>What would go or went.</summary>
public sealed record PruneReply
{
    /// <summary>True when nothing was done.</summary>
    public required bool DryRun { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Says { get; init; }

    /// <summary>The minimum index: entries before it are pruned.</summary>
    public required long Minimum { get; init; }

    /// <summary>The minimum index that was due when it was looked.</summary>
    public long To { get; init; }

    /// <summary>What becomes of payloads, by class.</summary>
    public IReadOnlyList<PruneLine> Payloads { get; init; } = [];

    /// <summary>What becomes of entries, by kind.</summary>
    public IReadOnlyList<PruneLine> Entries { get; init; } = [];

    /// <summary>The first entry that stays, and why; null when there is none.</summary>
    public string? Stop { get; init; }

    /// <summary>Payloads that were destroyed.</summary>
    public long Destroyed { get; init; }

    /// <summary>Entries that were pruned.</summary>
    public long Pruned { get; init; }

    /// <summary>The archive that holds them; null when none were.</summary>
    public string? Archive { get; init; }

    /// <summary>Why a prune that is recorded isn't finished yet; null when it is.</summary>
    public string? Waits { get; init; }
}
