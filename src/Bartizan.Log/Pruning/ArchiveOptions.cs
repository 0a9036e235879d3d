using Bartizan.Log.Checkpoints;

namespace Bartizan.Log.Pruning;

/// <summary>What to hold an archive against.</summary>
public sealed record ArchiveOptions
{
    /// <summary>The log's key from a place that whoever could change the archive could not; the archive's own if null.</summary>
    public NoteVerifier? Key { get; init; }

    /// <summary>Which cosignatures its checkpoint must carry; none if null.</summary>
    public ICosignaturePolicy? Cosignatures { get; init; }

    /// <summary>SHA-256 that the log's record names, in hexadecimal; any if null.</summary>
    public string? Digest { get; init; }

    /// <summary>After this many faults the rest isn't named: the archive is lost, and the list would be.</summary>
    public int MaxFaults { get; init; } = 100;
}
