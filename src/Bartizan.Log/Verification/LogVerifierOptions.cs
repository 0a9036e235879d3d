using System.Collections.Immutable;
using Bartizan.Log.Checkpoints;
using Bartizan.Log.Pruning;

namespace Bartizan.Log.Verification;

/// <summary>What to hold a log against.</summary>
public sealed record LogVerifierOptions
{
    /// <summary>The log's key from a place that whoever could change the log could not; the directory's own <c>vkey</c> if null.</summary>
    public NoteVerifier? Key { get; init; }

    /// <summary>The second copy of the checkpoint, if it is there; the log must contain it too.</summary>
    public string? CheckpointCopy { get; init; }

    /// <summary>
    /// Checkpoints seen earlier, kept elsewhere or witnessed: files. Only these show a log that was rolled back or rewritten
    /// whole and signed again by its own key.
    /// </summary>
    public ImmutableArray<string> Remembered { get; init; } = [];

    /// <summary>Which leaves record prunes.</summary>
    public IPruneRecords PruneRecords { get; init; } = PlainPruneRecords.Instance;

    /// <summary>After this many faults the rest isn't named: the log is lost, and the list would be.</summary>
    public int MaxFaults { get; init; } = 100;
}
