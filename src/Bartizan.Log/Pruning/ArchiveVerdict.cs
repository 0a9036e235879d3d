using System.Collections.Immutable;
using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Pruning;

/// <summary>What verifying an archive came to.</summary>
/// <param name="First">Its first entry.</param>
/// <param name="End">The index behind its last one.</param>
/// <param name="Checkpoint">The checkpoint that it was held against; null when there is none to trust.</param>
/// <param name="Vkey">The key that it brings along.</param>
/// <param name="Root">The root of the tree of the first <paramref name="End"/> entries, in hexadecimal; empty when it isn't known.</param>
/// <param name="Digest">SHA-256 of the file, in hexadecimal.</param>
/// <param name="Faults">What is wrong; empty when it holds.</param>
public sealed record ArchiveVerdict(
    long First,
    long End,
    Checkpoint? Checkpoint,
    string Vkey,
    string Root,
    string Digest,
    ImmutableArray<ArchiveFault> Faults
)
{
    /// <summary>True when every entry is what the log had at that place.</summary>
    public bool Holds => Checkpoint is not null && Faults.IsEmpty;
}
