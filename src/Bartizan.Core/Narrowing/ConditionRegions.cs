using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The circumstances in which conditions of one manifest let their rules apply. A comparison that reads one thing is cut; one
/// that reads two is a predicate, the same wherever the same is compared on the same ground.
/// </summary>
internal sealed class ConditionRegions(FactSpace space, Manifest manifest, bool isFirst, DateTimeOffset from)
{
    /// <summary>Boxes of one condition; one that means more of them is a predicate as a whole.</summary>
    private const int MaxBoxes = 256;

    private readonly ConditionGround _ground = new(manifest);
    private readonly Facts _constants = new PolicyFacts(manifest).Of(new DelegateTarget("x"), Circumstances.At(from));

    /// <summary>Where a condition lets its rule apply.</summary>
    public Region Of(CompiledRule rule)
    {
        if (rule.Rule.When is not { } condition)
        {
            return Region.Everything;
        }

        var region = Of(condition.Canonical, rule);
        return region.Most <= MaxBoxes ? region : Predicate(condition.Canonical, rule, isNegated: false);
    }

    private Region Of(Formula formula, CompiledRule rule) =>
        formula switch
        {
            Formula.And and => Region.And([.. and.Terms.Select(t => Of(t, rule))]),
            Formula.Or or => Region.Or([.. or.Terms.Select(t => Of(t, rule))]),
            Formula.Not { Operand: var leaf } => OfLeaf(leaf, rule, isNegated: true),
            _ => OfLeaf(formula, rule, isNegated: false),
        };

    private Region OfLeaf(Formula leaf, CompiledRule rule, bool isNegated)
    {
        var attributes = ConditionAttributes.Of(leaf).ToList();
        var roots = attributes.Select(a => a.Root).Distinct().ToList();
        if (roots.TrueForAll(r => r is AttributeRoot.Agent or AttributeRoot.Env))
        {
            return Fits(Evaluator.Evaluate(leaf, _constants), rule, isNegated) ? Region.Everything : Region.Nothing;
        }

        var question = leaf.ToString();
        var isOne = attributes.Select(a => a.ToString()).Distinct(StringComparer.Ordinal).Count() == 1;
        var only = attributes[0];
        var side = isFirst ? "A" : "B";
        FactDimension? dimension =
            roots.Count > 1
                ? null
                : only.Root switch
                {
                    AttributeRoot.User
                        when space.KnowsPersons
                            && space.Person().TryAsk(question = $"{side} {question}", leaf, isFirst) => space.Person(),
                    AttributeRoot.Session => space.Labels(),
                    AttributeRoot.Action when space.Counts().TryAsk(question, leaf) => space.Counts(),
                    AttributeRoot.Time when isOne && Clock(rule, only).TryAsk(question, leaf) => Clock(rule, only),
                    AttributeRoot.Resource when isOne => space.Resource(
                        manifest,
                        _ground.Of(AttributeRoot.Resource),
                        only.Path[0].Name!
                    ),
                    AttributeRoot.Args
                        when isOne && TryArgument(only, out var path) && space.Argument(path).TryAsk(question, leaf) =>
                        space.Argument(path),
                    _ => null,
                };
        (dimension as LabelDimension)?.Ask(question, leaf);
        (dimension as ResourceDimension)?.Ask(question, leaf);
        return dimension is null
            ? Predicate(leaf, rule, isNegated)
            : Region.Of(dimension, question, t => Fits(t, rule, isNegated));
    }

    private ClockDimension Clock(CompiledRule rule, Term.Attribute attribute) =>
        space.Clock(rule.Zone, attribute.Path[0].Name!);

    private bool TryArgument(Term.Attribute attribute, out ImmutableArray<string> path)
    {
        path = [.. attribute.Path.Select(s => s.Name).OfType<string>()];
        return path.Length == attribute.Path.Length && space.Cuts(FactSpace.AllArguments);
    }

    // Of two comparisons that are each other's opposite one is asked.
    private Region Predicate(Formula formula, CompiledRule rule, bool isNegated)
    {
        var (same, opposite) = formula switch
        {
            Formula.Comparison { Comparator: Comparator.NotEqual } c => (
                c with
                {
                    Comparator = Comparator.Equal,
                },
                true
            ),
            Formula.Comparison { Comparator: Comparator.GreaterOrEqual } c => (
                c with
                {
                    Comparator = Comparator.Less,
                },
                true
            ),
            Formula.Comparison { Comparator: Comparator.Greater } c => (
                c with
                {
                    Comparator = Comparator.LessOrEqual,
                },
                true
            ),
            _ => (formula, false),
        };
        var grounds = ConditionAttributes
            .Of(formula)
            .Select(a => a.Root)
            .Distinct()
            .Order()
            .Select(r => r == AttributeRoot.Time ? $" in={rule.Zone.Id}" : _ground.Of(r));
        var predicate = space.Opaque(same + string.Concat(grounds));
        return Region.Of(predicate, OpaqueDimension.Question, t => Fits(t, rule, isNegated ^ opposite));
    }

    private static bool Fits(Truth truth, CompiledRule rule, bool isNegated) =>
        ConditionVerdict.Applies(
            rule.Rule.Effect,
            (truth, isNegated) switch
            {
                (Truth.True, true) => Truth.False,
                (Truth.False, true) => Truth.True,
                _ => truth,
            }
        );
}
