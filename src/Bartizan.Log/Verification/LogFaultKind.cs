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

    /// <summary>An entry that the log had elsewhere stands here.</summary>
    Moved,

    /// <summary>An entry stands here that the log never had.</summary>
    Inserted,

    /// <summary>The log ends before its last checkpoint does.</summary>
    Truncated,

    /// <summary>Entries and their derived hashes were both replaced; the signed root doesn't fit.</summary>
    Rewritten,

    /// <summary>A checkpoint is missing, unreadable or not signed by the log's key.</summary>
    Checkpoint,

    /// <summary>A segment is missing, damaged or another log's.</summary>
    Segment,
}
