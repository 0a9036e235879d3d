namespace Bartizan.Client.Erasures;

/// <summary>What came of it.</summary>
public sealed record ErasureReply
{
    /// <summary>True when it is done; false while it waits for a second person.</summary>
    public required bool Done { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Says { get; init; }

    /// <summary>The request's id, while it waits.</summary>
    public string? Id { get; init; }

    /// <summary>The sessions whose payloads were erased.</summary>
    public IReadOnlyList<string> Sessions { get; init; } = [];

    /// <summary>What waits.</summary>
    public IReadOnlyList<PendingLine> Pending { get; init; } = [];
}
