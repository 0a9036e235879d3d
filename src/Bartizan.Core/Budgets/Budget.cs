using System.Collections.Immutable;

namespace Bartizan.Core.Budgets;

/// <summary>
/// What a manifest and its baselines let an agent spend. Comes from the key <c>budgets</c>; goes to the
/// <see cref="BudgetLedger"/>, which reserves the worst case of an action before it leaves and settles it when it has ended.
/// A manifest without the key has no budget, and its actions never see the ledger.
/// </summary>
public sealed record Budget
{
    /// <summary>Limits; of two of the same scope and unit the smaller one counts, because both must hold.</summary>
    public ImmutableArray<BudgetLimit> Limits { get; init; } = [];

    /// <summary>Rates; all of them must hold.</summary>
    public ImmutableArray<BudgetRate> Rates { get; init; } = [];

    /// <summary>How often a session may make the very same call; null for no such limit.</summary>
    public int? SameCall { get; init; }

    /// <summary>True when model tokens or money are counted, so that a model call needs an estimate.</summary>
    public bool CountsTokens { get; private init; }

    /// <summary>True when money is counted, so that a model needs a price.</summary>
    public bool CountsMoney { get; private init; }

    /// <summary>One budget of those of all layers: every limit holds. Null when no layer has any.</summary>
    public static Budget? Of(ImmutableArray<Budget> layers)
    {
        if (layers.IsDefaultOrEmpty)
        {
            return null;
        }

        ImmutableArray<BudgetLimit> limits =
        [
            .. layers
                .SelectMany(layer => layer.Limits)
                .GroupBy(limit => (limit.Scope, limit.Unit))
                .Select(same => same.MinBy(limit => limit.Most)!)
                .OrderBy(limit => limit.Scope)
                .ThenBy(limit => limit.Unit),
        ];
        return new Budget
        {
            Limits = limits,
            Rates = [.. layers.SelectMany(layer => layer.Rates).Distinct()],
            SameCall = layers.Min(layer => layer.SameCall),
            CountsTokens = limits.Any(limit => limit.Unit is BudgetUnit.ModelTokens or BudgetUnit.Usd),
            CountsMoney = limits.Any(limit => limit.Unit == BudgetUnit.Usd),
        };
    }
}
