namespace Bartizan.Core.Budgets;

/// <summary>
/// What an action may spend at most, as its intent records it, or what it did spend, as its outcome does. The call itself is not
/// in it: an intent with a spend is one call.
/// </summary>
public sealed record Spend
{
    /// <summary>Nothing but the call.</summary>
    public static Spend None { get; } = new();

    /// <summary>Model tokens, in and out.</summary>
    public long Tokens { get; init; }

    /// <summary>Millionths of a US dollar.</summary>
    public long MicroDollars { get; init; }

    /// <summary>Bytes, both ways.</summary>
    public long Bytes { get; init; }

    /// <summary>The day (UTC) whose budget it is of; only in an intent. A clock that goes back doesn't bring a day back.</summary>
    public DateOnly? Day { get; init; }

    /// <summary>The owner whose team budget it is of; only in an intent.</summary>
    public string? Team { get; init; }
}
