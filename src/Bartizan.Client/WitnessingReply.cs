namespace Bartizan.Client;

/// <summary>How far the log is witnessed, in <see cref="StatusReply"/>.</summary>
public sealed record WitnessingReply
{
    /// <summary>The witness or group that must have co-signed.</summary>
    public required string Quorum { get; init; }

    /// <summary>Entries that a sufficiently co-signed checkpoint covers.</summary>
    public required long Witnessed { get; init; }

    /// <summary>Entries that a signed checkpoint covers.</summary>
    public required long Published { get; init; }

    /// <summary>How long the oldest checkpoint waits.</summary>
    public required double LagSeconds { get; init; }

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Alarm { get; init; }

    /// <summary>Each witness.</summary>
    public required IReadOnlyList<WitnessLine> Witnesses { get; init; }
}
