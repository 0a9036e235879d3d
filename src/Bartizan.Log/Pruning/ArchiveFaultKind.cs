namespace Bartizan.Log.Pruning;

/// <summary>What is wrong with an archive.</summary>
public enum ArchiveFaultKind
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>The file isn't an archive of a log.</summary>
    NotAnArchive,

    /// <summary>The file ends before what it says it holds.</summary>
    Truncated,

    /// <summary>An entry isn't what the log had.</summary>
    EntryChanged,

    /// <summary>A tile of hashes isn't what the log had.</summary>
    TileChanged,

    /// <summary>Entries and hashes were replaced together: they lead to no signed root.</summary>
    Rewritten,

    /// <summary>The checkpoint isn't signed by the log's key, or was changed after it was.</summary>
    CheckpointForged,

    /// <summary>The key in the archive isn't the one that it is held against.</summary>
    KeyReplaced,

    /// <summary>Cosignatures that were asked for aren't there.</summary>
    NotWitnessed,

    /// <summary>The proof doesn't lead from the archive's entries to its checkpoint.</summary>
    ProofWrong,

    /// <summary>It isn't the file that the log's record names.</summary>
    Replaced,
}
