namespace Bartizan.Log.Verification;

/// <summary>What is wrong with a log.</summary>
public enum LogFaultKind
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>An entry isn't what was written.</summary>
    Changed,

    /// <summary>An entry is not there.</summary>
    Missing,

    /// <summary>An entry that the log had elsewhere stands here instead of there.</summary>
    Moved,

    /// <summary>A copy of an entry that the log has elsewhere stands here too.</summary>
    Replayed,

    /// <summary>An entry stands here that the log never had.</summary>
    Inserted,

    /// <summary>The log ends before its own checkpoint does.</summary>
    Truncated,

    /// <summary>The log is whole for its own checkpoint, and older than one that was seen of it.</summary>
    RolledBack,

    /// <summary>Entries and their hashes were replaced together: the signed root doesn't fit, or fits no earlier checkpoint.</summary>
    Rewritten,

    /// <summary>One key signed two histories of the same size.</summary>
    SplitView,

    /// <summary>There is no checkpoint, or it can't be read as one.</summary>
    CheckpointMissing,

    /// <summary>A checkpoint isn't signed by the log's key, or was changed after it was.</summary>
    CheckpointForged,

    /// <summary>There is no key to verify with.</summary>
    KeyMissing,

    /// <summary>The key beside the log isn't the one that it is held against.</summary>
    KeyReplaced,

    /// <summary>A segment between others is not there.</summary>
    SegmentMissing,

    /// <summary>A segment's header is not what was written.</summary>
    SegmentDamaged,

    /// <summary>A segment is another log's.</summary>
    SegmentForeign,

    /// <summary>A tile of hashes that the checkpoint needs is not there.</summary>
    TileMissing,

    /// <summary>A tile holds other hashes than the entries have.</summary>
    TileChanged,

    /// <summary>A bundle of entries that the checkpoint needs is not there.</summary>
    BundleMissing,

    /// <summary>A bundle holds other entries than the log has.</summary>
    BundleChanged,

    /// <summary>A segment's derived index points elsewhere than the entries lie.</summary>
    IndexLies,

    /// <summary>Entries are gone, and the log says that they were pruned, but none of its signed entries records it.</summary>
    PruneUnrecorded,

    /// <summary>The record of a prune claims more than was signed when it was written, or another tree.</summary>
    PruneOverclaims,

    /// <summary>The minimum index is older than the newest record of a prune, and the bundles between are gone.</summary>
    PruneRolledBack,
}
