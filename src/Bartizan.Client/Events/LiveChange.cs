using Bartizan.Client.Records;
using Bartizan.Client.Sessions;

namespace Bartizan.Client.Events;

/// <summary>What is new since the message before. Messages hold what is, not what happened: whoever is slow misses none of it.</summary>
public sealed record LiveChange
{
    /// <summary>True in the first message: what it doesn't name isn't there.</summary>
    public bool Whole { get; init; }

    /// <summary>Sessions that are new or changed.</summary>
    public IReadOnlyList<SessionSummary> Sessions { get; init; } = [];

    /// <summary>Sessions that are over.</summary>
    public IReadOnlyList<string> Gone { get; init; } = [];

    /// <summary>The asks that wait, by their ids; null when they are the same as before.</summary>
    public IReadOnlyList<string>? Asks { get; init; }

    /// <summary>New findings, at most <see cref="MaxFindings"/> of them, the newest.</summary>
    public IReadOnlyList<LogRow> Findings { get; init; } = [];

    /// <summary>Entries in the log; for who sees some agents only a number that grows when there are new ones of theirs.</summary>
    public long Entries { get; init; }

    /// <summary>Findings of one message; the page of findings has all.</summary>
    public const int MaxFindings = 16;
}
