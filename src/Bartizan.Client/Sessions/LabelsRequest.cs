namespace Bartizan.Client.Sessions;

/// <summary>Which session's labels are asked for, or which of them is to be taken off.</summary>
public sealed record LabelsRequest
{
    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>The label to take off; null to see what there is.</summary>
    public string? Label { get; init; }

    /// <summary>Why it comes off.</summary>
    public string? Why { get; init; }

    /// <summary>The number up to which somebody has looked at what put it there.</summary>
    public long Seen { get; init; }
}
