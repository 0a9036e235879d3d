namespace Bartizan.Client.Records;

/// <summary>One entry, and whether it is proven to be in the log.</summary>
public sealed record ProofReply
{
    /// <summary>The entry.</summary>
    public required LogRow Row { get; init; }

    /// <summary>True when the proof was made and held against the log's key.</summary>
    public required bool Verified { get; init; }

    /// <summary>What was found, as a sentence.</summary>
    public required string Says { get; init; }

    /// <summary>The log's name.</summary>
    public string? Origin { get; init; }

    /// <summary>Entries that the checkpoint covers; 0 without one.</summary>
    public long Size { get; init; }

    /// <summary>The checkpoint's root, in base64.</summary>
    public string? Root { get; init; }

    /// <summary>True when enough witnesses have co-signed the checkpoint.</summary>
    public bool Witnessed { get; init; }

    /// <summary>The names of all keys that signed the checkpoint, the log's own among them.</summary>
    public IReadOnlyList<string> Signers { get; init; } = [];

    /// <summary>The log's key, to check the proof by elsewhere.</summary>
    public string? Key { get; init; }

    /// <summary>The proof itself (C2SP tlog-proof), the entry with it; null when there is none.</summary>
    public string? Proof { get; init; }
}
