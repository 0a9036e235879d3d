namespace Bartizan.Core.Budgets;

/// <summary>What a budget counts. All of them are whole numbers.</summary>
public enum BudgetUnit
{
    /// <summary>Not a unit.</summary>
    Unknown = 0,

    /// <summary>Calls of models.</summary>
    Model,

    /// <summary>Calls of tools.</summary>
    Tool,

    /// <summary>HTTP requests.</summary>
    Http,

    /// <summary>Tunnels.</summary>
    Connect,

    /// <summary>Model tokens, in and out.</summary>
    ModelTokens,

    /// <summary>Money, in millionths of a US dollar.</summary>
    Usd,

    /// <summary>Bytes, in both directions.</summary>
    Bytes,

    /// <summary>Actions under way at once.</summary>
    Concurrent,

    /// <summary>Seconds since the session's first action.</summary>
    WallClock,
}
