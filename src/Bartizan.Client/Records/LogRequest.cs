namespace Bartizan.Client.Records;

/// <summary>Which entries are asked for, and which page of them.</summary>
public sealed record LogRequest
{
    /// <summary>Entries of a page when nothing else is said.</summary>
    public const int UsualLimit = 50;

    /// <summary>The most entries that one page holds: more is asked for in pages.</summary>
    public const int MaxLimit = 500;

    /// <summary>The words, as <c>bartizan log</c> takes them; empty for everything.</summary>
    public string Query { get; init; } = "";

    /// <summary>Only entries before this index; null for up to the newest.</summary>
    public long? Before { get; init; }

    /// <summary>Only entries behind this index, the oldest of them; null for the newest.</summary>
    public long? After { get; init; }

    /// <summary>How many at most.</summary>
    public int Limit { get; init; } = UsualLimit;

    /// <summary>Whether each entry is to be proven.</summary>
    public bool Prove { get; init; }
}
