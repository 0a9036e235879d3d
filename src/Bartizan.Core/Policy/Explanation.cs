using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>Why a target is decided as it is.</summary>
/// <param name="Decision">The decision.</param>
/// <param name="Layers">What each layer says, in the manifest's order.</param>
/// <param name="Change">The nearest rule that would change the decision, as a sentence; null when none is near.</param>
public sealed record Explanation(Decision Decision, ImmutableArray<LayerExplanation> Layers, string? Change);
