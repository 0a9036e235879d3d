namespace Bartizan.Records.Queries;

/// <summary>
/// Which of the entries that a query means, and in which order. A limit takes the newest; with <see cref="After"/>, the oldest behind it: so
/// one pages back with the smallest index as <see cref="Before"/>, and forth with the largest as <see cref="After"/>.
/// </summary>
public sealed record LogPage
{
    /// <summary>The most that one page takes: more is a stream, asked for without a limit.</summary>
    public const int MaxLimit = 100_000;

    /// <summary>All, oldest first.</summary>
    public static LogPage All { get; } = new();

    /// <summary>Only entries behind this index.</summary>
    public long After { get; init; } = -1;

    /// <summary>Only entries before this index.</summary>
    public long Before { get; init; } = long.MaxValue;

    /// <summary>How many at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Newest first; else in the order of the log.</summary>
    public bool NewestFirst { get; init; }

    /// <summary>Whether the limit takes from the old end.</summary>
    internal bool TakesOldest => Limit is null || After >= 0;
}
