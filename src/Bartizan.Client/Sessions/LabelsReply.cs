namespace Bartizan.Client.Sessions;

/// <summary>A session's labels, and what came of taking one off.</summary>
public sealed record LabelsReply
{
    /// <summary>The session.</summary>
    public required string Session { get; init; }

    /// <summary>Its agent, as <c>name@version</c>.</summary>
    public required string Agent { get; init; }

    /// <summary>Who started it.</summary>
    public required string Person { get; init; }

    /// <summary>The number of the latest that put a label there: up to here it is shown.</summary>
    public required long Seen { get; init; }

    /// <summary>Its labels.</summary>
    public required IReadOnlyList<LabelLine> Labels { get; init; }

    /// <summary>Who takes one off, in words.</summary>
    public required string Needs { get; init; }

    /// <summary>Why this person's word doesn't count; null when it does.</summary>
    public string? WhyNot { get; init; }

    /// <summary>True when the label that was asked about is off.</summary>
    public bool Done { get; init; }

    /// <summary>What came of it, as a sentence.</summary>
    public string Says { get; init; } = "";
}
