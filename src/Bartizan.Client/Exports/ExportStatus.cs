namespace Bartizan.Client.Exports;

/// <summary>How one sink is.</summary>
public sealed record ExportStatus
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its kind.</summary>
    public required string Kind { get; init; }

    /// <summary>The first entry that it hasn't taken.</summary>
    public required long Next { get; init; }

    /// <summary>Entries that it hasn't come to yet.</summary>
    public required long Lag { get; init; }

    /// <summary>Entries that it took since the instance started.</summary>
    public required long Sent { get; init; }

    /// <summary>Entries that it refused for good since the instance started.</summary>
    public required long SetAside { get; init; }

    /// <summary>When it last took something.</summary>
    public DateTimeOffset? LastSent { get; init; }

    /// <summary>What is wrong now; null when nothing is.</summary>
    public string? Problem { get; init; }
}
