namespace Bartizan.Records.Payloads;

/// <summary>What became of a payload.</summary>
public enum PayloadState
{
    /// <summary>Its record is not there.</summary>
    Missing = 0,

    /// <summary>There, whole, and what the leaf committed to.</summary>
    Whole,

    /// <summary>There, but not what was written; or its session's key isn't.</summary>
    Changed,

    /// <summary>Its session's key was destroyed on purpose.</summary>
    Erased,

    /// <summary>The session's key can't be had: the instance's key is missing.</summary>
    Locked,
}
