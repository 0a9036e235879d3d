using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>What one layer says. <c>default</c> denies because nothing allows.</summary>
/// <param name="Effect">Deny, ask or allow.</param>
/// <param name="Rule">The first rule that led to it; null when it follows from what no rule says.</param>
/// <param name="Pattern">Which of the rule's patterns.</param>
/// <param name="Count">How many rules apply.</param>
internal readonly record struct LayerVerdict(Effect Effect, CompiledRule? Rule, int Pattern, int Count)
{
    /// <summary>True when only observing lets it pass.</summary>
    public bool Observed { get; init; }
}
