namespace Bartizan.Client.Custody;

/// <summary>Asks the instance to record that a session's evidence was taken out, and to sign for it.</summary>
public sealed record CustodyRequest
{
    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>SHA-256 of the bundle's list of files, which holds the digest of each.</summary>
    public required string Digest { get; init; }

    /// <summary>True when prompts, arguments and results are in it.</summary>
    public required bool Payloads { get; init; }
}
