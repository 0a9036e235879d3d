using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Verification;

/// <summary>What to hold a log against.</summary>
public sealed record LogVerifierOptions
{
    /// <summary>The log's key from a place that whoever could change the log could not; the directory's own <c>vkey</c> if null.</summary>
    public NoteVerifier? Key { get; init; }

    /// <summary>A checkpoint kept elsewhere; the log must contain it too.</summary>
    public string? CheckpointCopy { get; init; }

    /// <summary>After this many faults the rest isn't named: the log is lost, and the list would be.</summary>
    public int MaxFaults { get; init; } = 100;
}
