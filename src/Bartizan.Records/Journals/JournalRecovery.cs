using System.Collections.Immutable;
using Bartizan.Core.Budgets;
using Bartizan.Core.Sessions;
using Bartizan.Log;

namespace Bartizan.Records.Journals;

/// <summary>
/// What the log says of how the instance ended last time: a fold over all entries. After a clean stop both lists are empty.
/// </summary>
/// <param name="LiveSessions">Sessions to be recorded as <c>ended: lost</c>.</param>
/// <param name="OpenIntents">Intents to be given the outcome <c>unknown</c>.</param>
public sealed record JournalRecovery(ImmutableArray<LiveSession> LiveSessions, ImmutableArray<OpenIntent> OpenIntents)
{
    /// <summary>What was spent of the budgets of the day it is, and of later ones when a clock went back.</summary>
    public ImmutableArray<RecordedSpend> Spends { get; init; } = [];

    /// <summary>The hosts that agents have opened, as far as the log still has it.</summary>
    public OpenedHosts Hosts { get; init; } = new();

    /// <summary>What it knows of the vault.</summary>
    public RecordedVault Vault { get; init; } = RecordedVault.Nothing;

    /// <summary>Index of each session's last entry, for the links.</summary>
    internal Dictionary<SessionId, long> LastOf { get; init; } = [];

    /// <summary>The last entry's sequence number; -1 for an empty log.</summary>
    internal long LastSequence { get; init; } = -1;

    /// <summary>The last entry that records a prune; null when none does.</summary>
    internal long? LastPrune { get; init; }

    /// <summary>Reads a whole log.</summary>
    public static async Task<JournalRecovery> ReadAsync(
        LogDirectory log,
        long size,
        DateOnly today,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(log);
        var fold = new RecoveryFold(today);
        await foreach (var leaf in log.ReadAsync(0, size, cancellationToken).ConfigureAwait(false))
        {
            fold.Add(leaf);
        }

        return await fold.ResultAsync(log, cancellationToken).ConfigureAwait(false);
    }
}
