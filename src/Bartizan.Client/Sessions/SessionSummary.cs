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
}
