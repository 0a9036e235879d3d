namespace Bartizan.Records.Export;

/// <summary>What an exporter works on.</summary>
public sealed record ExporterOptions
{
    /// <summary>The log's directory.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>Where cursors are kept.</summary>
    public required string CursorDirectory { get; init; }

    /// <summary>How many entries of the log are durable now; none beyond is told to anybody.</summary>
    public required Func<long> DurableSize { get; init; }

    /// <summary>What entries say of where they come from.</summary>
    public required ExportSource Source { get; init; }
}
