namespace Bartizan.Core.Manifests;

/// <summary>Where one rule is enforced.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Layer">The layer it belongs to.</param>
/// <param name="Point">The enforcement point.</param>
/// <param name="Strength">How much of it holds.</param>
/// <param name="Says">What holds and what doesn't, in one sentence.</param>
public sealed record RuleEnforcement(Rule Rule, string Layer, string Point, EnforcementStrength Strength, string Says);
