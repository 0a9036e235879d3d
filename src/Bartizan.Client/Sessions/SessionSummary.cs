namespace Bartizan.Client.Sessions;

/// <summary>One session, as <c>bartizan sessions</c> lists it.</summary>
public sealed record SessionSummary
{
    /// <summary>Its id.</summary>
    public required string Session { get; init; }

    /// <summary>The agent, as <c>name@version</c>.</summary>
    public required string Agent { get; init; }

    /// <summary>Who started it.</summary>
    public required string Person { get; init; }

    /// <summary>preparing, running, paused, ending.</summary>
    public required string State { get; init; }

    /// <summary>When it was opened.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>What it was exposed to.</summary>
    public required string Labels { get; init; }

    /// <summary><c>run</c> or <c>attach</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>How its budgets stand; none without any.</summary>
    public IReadOnlyList<BudgetLine> Budgets { get; init; } = [];

    /// <summary>Entries of its own so far.</summary>
    public long Entries { get; init; }

    /// <summary>Actions that were granted so far.</summary>
    public long Calls { get; init; }

    /// <summary>Actions that were refused so far.</summary>
    public long Refusals { get; init; }

    /// <summary>Model tokens so far, in and out.</summary>
    public long Tokens { get; init; }

    /// <summary>What it spent so far, in millionths of a US dollar, where prices are known.</summary>
    public long MicroDollars { get; init; }
}
