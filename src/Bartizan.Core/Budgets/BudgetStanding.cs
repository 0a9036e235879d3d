namespace Bartizan.Core.Budgets;

/// <summary>How much of a limit is used or reserved.</summary>
/// <param name="Limit">The limit.</param>
/// <param name="Used">How much of it.</param>
public sealed record BudgetStanding(BudgetLimit Limit, long Used)
{
    /// <summary>In words: <c>budgets.day.usd 1.20 USD of 50.00 USD</c>.</summary>
    public override string ToString() => $"{Limit.Name} {Limit.Show(Used)} of {Limit.Show(Limit.Most)}";
}
