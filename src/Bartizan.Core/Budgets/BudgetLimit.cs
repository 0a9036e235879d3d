using System.Globalization;

namespace Bartizan.Core.Budgets;

/// <summary>The most that may be spent of one unit.</summary>
/// <param name="Scope">Whose spending it is about.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Most">The most of it.</param>
public sealed record BudgetLimit(BudgetScope Scope, BudgetUnit Unit, long Most)
{
    /// <summary>Its name, as its place in the manifest: <c>budgets.day.usd</c>.</summary>
    public string Name => $"budgets.{WordOf(Scope)}.{WordOf(Unit)}";

    /// <summary>An amount in words.</summary>
    public string Show(long amount) =>
        Unit == BudgetUnit.Usd
            ? Money.Show(amount)
            : string.Create(CultureInfo.InvariantCulture, $"{amount}{(Unit == BudgetUnit.WallClock ? "s" : "")}");

    /// <summary>The word of a scope, as manifests write it.</summary>
    public static string WordOf(BudgetScope scope) => scope.ToString().ToLowerInvariant();

    /// <summary>The word of a unit, as manifests write it.</summary>
    public static string WordOf(BudgetUnit unit) =>
        unit switch
        {
            BudgetUnit.ModelTokens => "model_tokens",
            BudgetUnit.WallClock => "wall_clock",
            _ => unit.ToString().ToLowerInvariant(),
        };
}
