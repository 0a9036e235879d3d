using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Policies;

/// <summary>What a rule whose pattern fits asks for besides, and what came of it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Effect">What it says where it applies.</param>
/// <param name="Applies">True when it does.</param>
/// <param name="Steps">Each comparison of its condition with its values; none without <c>when</c>.</param>
/// <param name="Lacks">Of an allow that doesn't apply: what would have to be otherwise, each half a sentence.</param>
public sealed record RuleDemand(
    RuleReference Rule,
    Effect Effect,
    bool Applies,
    ImmutableArray<ConditionStep> Steps,
    ImmutableArray<string> Lacks
);
