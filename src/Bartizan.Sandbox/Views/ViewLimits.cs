namespace Bartizan.Sandbox.Views;

/// <summary>How large a view may be. What is over a limit is named, never cut in silence.</summary>
public sealed record ViewLimits
{
    /// <summary>Nodes of one tree. A monorepo with its node_modules has 300,000; a million would be a gigabyte of index.</summary>
    public int Entries { get; init; } = 500_000;

    /// <summary>Apparent bytes of one tree: what a copy on a file system without reflinks may take.</summary>
    public long Bytes { get; init; } = 32L << 30;

    /// <summary>Apparent bytes of one changed file that is read and applied; a sparse file counts in full.</summary>
    public long ChangedFileBytes { get; init; } = 4L << 30;

    /// <summary>Directories below one another. One open descriptor each while the tree is walked.</summary>
    public int Depth { get; init; } = 128;

    /// <summary>Bytes of a path below the workspace: PATH_MAX is 4096, and the workspace's own path comes before it.</summary>
    public int PathBytes { get; init; } = 3072;

    /// <summary>Paths that are named as left out or not applicable; those beyond are counted.</summary>
    public int Named { get; init; } = 1000;
}
