namespace Bartizan.Records.Evidence;

/// <summary>Which part of a bundle is wrong.</summary>
public enum EvidenceFaultKind
{
    /// <summary>Not said.</summary>
    Unknown = 0,

    /// <summary>A file isn't what the list of custody says, or isn't on it.</summary>
    Custody,

    /// <summary>The log's key is none, or not the one that was expected.</summary>
    Key,

    /// <summary>The checkpoint isn't one of this log.</summary>
    Checkpoint,

    /// <summary>The checkpoint isn't signed by the key, or lacks cosignatures.</summary>
    Signature,

    /// <summary>An entry or its proof isn't what the checkpoint covers.</summary>
    Entry,

    /// <summary>An entry of the session is missing between two others.</summary>
    Gap,

    /// <summary>A payload isn't what its entry committed to.</summary>
    Payload,

    /// <summary>The policy isn't the one that the entries name.</summary>
    Policy,

    /// <summary>The page shows something else.</summary>
    Page,
}
