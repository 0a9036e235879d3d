using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>What one layer says of a target.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="IsCeiling">True for a baseline.</param>
/// <param name="Effect">What it says.</param>
/// <param name="Because">Why, when no rule says it; else empty.</param>
/// <param name="Matched">The rules that apply.</param>
/// <param name="Lapsed">The rules that would apply had they not expired.</param>
public sealed record LayerExplanation(
    string Layer,
    bool IsCeiling,
    Effect Effect,
    string Because,
    ImmutableArray<RuleReference> Matched,
    ImmutableArray<RuleReference> Lapsed
)
{
    /// <summary>What the rules whose patterns fit ask for besides (<c>when</c>, <c>args</c>), and what came of it.</summary>
    public ImmutableArray<RuleDemand> Demands { get; init; } = [];
}
