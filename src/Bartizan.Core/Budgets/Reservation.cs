using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Budgets;

/// <summary>What one action holds of its budgets until it is settled. Made and changed by the ledger only.</summary>
public sealed class Reservation
{
    internal Reservation(Spend spend, Verb verb, Price? price, ImmutableArray<BudgetAccount> accounts)
    {
        Spend = spend;
        Verb = verb;
        Price = price;
        Accounts = accounts;
        Bytes = spend.Bytes;
    }

    /// <summary>What was reserved, as the intent records it.</summary>
    public Spend Spend { get; }

    /// <summary>The tokens that all answers together may have; <see cref="long.MaxValue"/> when nobody counts them.</summary>
    public long OutputTokens { get; init; } = long.MaxValue;

    /// <summary>
    /// What the request must ask for as the most of one answer, because no more is left than that; null when the request stays as
    /// it is.
    /// </summary>
    public long? AskAtMost { get; init; }

    /// <summary>Why the last <see cref="Ports.ISharedLedger.TryTake"/> took nothing; null while it does.</summary>
    public string? Exhausted { get; internal set; }

    internal Verb Verb { get; }

    internal Price? Price { get; }

    internal ImmutableArray<BudgetAccount> Accounts { get; }

    internal ImmutableArray<(BudgetLimit Limit, BudgetAccount Account)> ByteLimits { get; init; } = [];

    internal HostAccount? Host { get; init; }

    internal long Bytes { get; set; }

    internal long Deadline { get; init; } = long.MaxValue;

    internal bool IsSettled { get; set; }
}
