namespace Bartizan.Client;

/// <summary>What <c>bartizan status</c> prints.</summary>
public sealed record StatusReply
{
    /// <summary>The product's version.</summary>
    public required string Version { get; init; }

    /// <summary>The instance's id, which is its log's origin.</summary>
    public required string Instance { get; init; }

    /// <summary>The daemon's process.</summary>
    public required int Pid { get; init; }

    /// <summary>Since when it runs.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Live sessions.</summary>
    public required int Sessions { get; init; }

    /// <summary>Entries in the log; 0 for who may see some agents only.</summary>
    public required long Entries { get; init; }

    /// <summary>Syncs of the log to the disk since the start; 0 for who may see some agents only.</summary>
    public required long Syncs { get; init; }

    /// <summary>Resident memory in bytes.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>Where entries are sent, and how that goes.</summary>
    public IReadOnlyList<Exports.ExportStatus> Exports { get; init; } = [];

    /// <summary>Why nothing is sent: what is wrong with <c>exports.yaml</c>.</summary>
    public string? ExportProblem { get; init; }

    /// <summary>Why nothing is let go of that has reached its age; null when nothing is wrong.</summary>
    public string? RetentionProblem { get; init; }

    /// <summary>Roles in databases that are to be dropped and aren't yet, one sentence for each.</summary>
    public IReadOnlyList<string> PendingRoles { get; init; } = [];

    /// <summary>Why the log takes nothing more, or can't sign a checkpoint; null when nothing is wrong.</summary>
    public string? LogProblem { get; init; }

    /// <summary>How far the log is witnessed; null when it has no witnesses.</summary>
    public WitnessingReply? Witnessing { get; init; }

    /// <summary>Circuits that aren't closed.</summary>
    public IReadOnlyList<CircuitLine> Circuits { get; init; } = [];

    /// <summary>Hosts that agents opened for the first time, the newest last, since the instance started.</summary>
    public IReadOnlyList<NewHostLine> NewHosts { get; init; } = [];

    /// <summary>Where people reach the instance from a browser; null when nothing listens.</summary>
    public People.WebStanding? Web { get; init; }

    /// <summary>Why nothing does although <c>console.yaml</c> asks for it; null when nothing is wrong.</summary>
    public string? WebProblem { get; init; }

    /// <summary>Agents that answer callers.</summary>
    public IReadOnlyList<Serving.ServedLine> Served { get; init; } = [];

    /// <summary>Where <c>attach</c>ed agents reach the gateways.</summary>
    public Sessions.AttachEndpoints? Endpoints { get; init; }
}
