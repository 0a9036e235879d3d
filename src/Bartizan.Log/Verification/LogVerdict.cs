using System.Collections.Immutable;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Verification;

/// <summary>What verifying a log came to.</summary>
/// <param name="Entries">Entries that could be read.</param>
/// <param name="Checkpoint">The checkpoint that they were held against; null when there is none.</param>
/// <param name="Unsigned">
/// Entries that no checkpoint covers yet: at most what was written in the last second before a crash, or a live log's
/// newest.
/// </param>
/// <param name="TornBytes">Bytes of an unfinished write at the end.</param>
/// <param name="Faults">What is wrong; empty when the log is whole.</param>
public sealed record LogVerdict(
    long Entries,
    Checkpoint? Checkpoint,
    long Unsigned,
    long TornBytes,
    ImmutableArray<LogFault> Faults
)
{
    /// <summary>Entries before it were pruned, as a later one says: of them only the hashes were verified.</summary>
    public long Minimum { get; init; }

    /// <summary>True when every entry up to the checkpoint is what was written, in its place.</summary>
    public bool Holds => Checkpoint is not null && Faults.IsEmpty;
}
