namespace Bartizan.Core.Manifests;

/// <summary>What one sandbox may use of the host.</summary>
public sealed record Limits
{
    /// <summary>Processors, may be a fraction.</summary>
    public double Cpu { get; init; } = 2;

    /// <summary>Memory in bytes, page cache and tmpfs included.</summary>
    public long MemoryBytes { get; init; } = 4L << 30;

    /// <summary>Processes and threads.</summary>
    public int Processes { get; init; } = 512;

    /// <summary>Bytes of any one file, of /tmp and of the home.</summary>
    public long DiskBytes { get; init; } = 2L << 30;

    /// <summary>From start to kill.</summary>
    public TimeSpan WallClock { get; init; } = TimeSpan.FromHours(8);
}
