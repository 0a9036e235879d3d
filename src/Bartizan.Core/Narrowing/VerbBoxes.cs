using System.Collections.Immutable;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>Two policies on one verb, over the same atoms.</summary>
internal sealed class VerbBoxes
{
    // Unknown, false and true.
    private const int Truths = 3;

    private readonly VerbSpace _space;
    private readonly TimeDimension _times;
    private readonly ImmutableArray<string> _opaque;
    private readonly ImmutableArray<int> _atoms;

    /// <summary>Cuts the verb's actions along the rules of both policies.</summary>
    public VerbBoxes(Verb verb, Policy a, Policy b, DateTimeOffset from, Effort effort)
    {
        Verb = verb;
        _space = VerbSpace.Of(verb);
        foreach (var (policy, side) in new[] { (a, "A"), (b, "B") })
        {
            foreach (var rule in RulesOf(policy))
            {
                foreach (var pattern in rule.Patterns)
                {
                    _space.Name(NameOf(rule, pattern, side), pattern);
                }
            }
        }

        _times = new TimeDimension(from, RulesOf(a).Concat(RulesOf(b)));
        _opaque = [.. RulesOf(a).Concat(RulesOf(b)).Select(OpaqueOf).OfType<string>().Distinct(StringComparer.Ordinal)];
        _space.Build(effort);
        _atoms = [.. _space.Atoms, _times.Count, .. _opaque.Select(_ => Truths)];
        (A, B) = (BoxesOf(a, "A", effort), BoxesOf(b, "B", effort));
    }

    /// <summary>The verb.</summary>
    public Verb Verb { get; }

    /// <summary>What the first policy says.</summary>
    public PolicyBoxes A { get; }

    /// <summary>What the second policy says.</summary>
    public PolicyBoxes B { get; }

    /// <summary>The atoms of all dimensions together, for reports.</summary>
    public int Atoms => _atoms.Sum();

    /// <summary>Actions of a box, the plainest first, each with a moment.</summary>
    public IEnumerable<(ActionTarget Target, DateTimeOffset At, bool IsCertain)> ActionsOf(Box box, int most)
    {
        var choices = box.Sides.Select(s => s.Atoms().Take(most).ToArray()).ToArray();
        for (var n = 0; n < most; n++)
        {
            // The first action takes the first atom of every side; the following ones vary one side after the other.
            var atoms = choices
                .Select((c, i) => c[n % choices.Length == i ? n / choices.Length % c.Length : 0])
                .ToArray();
            if (_space.TargetOf(atoms) is { } target)
            {
                yield return (target, _times[atoms[_space.Atoms.Length]], _space.IsCertain(atoms));
            }
        }
    }

    private IEnumerable<CompiledRule> RulesOf(Policy policy)
    {
        foreach (var layer in policy.Layers)
        {
            foreach (var rule in layer.RulesOf(Verb).ToArray())
            {
                yield return rule;
            }
        }
    }

    private PolicyBoxes BoxesOf(Policy policy, string side, Effort effort)
    {
        var layers = ImmutableArray.CreateBuilder<LayerBoxes>();
        foreach (var layer in policy.Layers)
        {
            var boxes = new List<RuleBox>();
            var joined = new HashSet<string>(StringComparer.Ordinal);
            foreach (var rule in layer.RulesOf(Verb))
            {
                AddBoxes(rule, side, boxes, joined);
            }

            var hasAllow = boxes.Exists(b => b.Rule.Rule.Effect == Effect.Allow) || HasAllow(layer);
            layers.Add(new LayerBoxes(layer.Name, layer.IsCeiling, hasAllow, [.. boxes], _atoms));
        }

        return new PolicyBoxes(layers.ToImmutable(), _atoms, effort);
    }

    private bool HasAllow(CompiledLayer layer)
    {
        foreach (var rule in layer.RulesOf(Verb))
        {
            if (rule.Rule.Effect == Effect.Allow)
            {
                return true;
            }
        }

        return false;
    }

    private void AddBoxes(CompiledRule rule, string side, List<RuleBox> boxes, HashSet<string> joined)
    {
        var takes = rule.Rule.Effect != Effect.Allow;
        var times = _times.SetOf(rule);
        if (times.IsEmpty)
        {
            return;
        }

        ImmutableArray<AtomSet> beside = [times, .. _opaque.Select(o => SideOf(o, rule, takes))];
        if (rule.IsBroken && takes)
        {
            boxes.Add(new RuleBox(new Box([.. _space.Atoms.Select(AtomSet.All), .. beside]), rule, int.MaxValue));
        }

        for (var i = 0; i < rule.Patterns.Length; i++)
        {
            var name = NameOf(rule, rule.Patterns[i], side);
            if (Joins(rule) && !joined.Add(name))
            {
                continue;
            }

            // INVARIANT: where an ask looks at more names than one, it grants by the first only.
            var apart = _space.AsksByMoreThanItGrants && rule.Rule.Effect == Effect.Ask;
            boxes.AddRange(
                Filled(_space.BoxesOf(name, rule.Patterns[i], takes), beside)
                    .Select(box => new RuleBox(box, rule, i) { Grants = rule.Rule.Effect >= Effect.Ask && !apart })
            );
            if (apart)
            {
                boxes.AddRange(
                    Filled(_space.BoxesOf(name, rule.Patterns[i], takes: false), beside)
                        .Select(box => new RuleBox(box, rule, i) { Stops = false })
                );
            }
        }
    }

    private static IEnumerable<Box> Filled(IEnumerable<ImmutableArray<AtomSet>> all, ImmutableArray<AtomSet> beside) =>
        all.Select(sides => new Box([.. sides, .. beside])).Where(box => !box.IsEmpty);

    private bool Joins(CompiledRule rule) =>
        _space.JoinsDenials && !rule.IsConditional && rule.Rule.Effect is not (Effect.Ask or Effect.Allow);

    // What a rule asks for beside its pattern is one predicate that is true, false or unknown, whatever else is: the same for
    // rules that ask for the same. A closed world holds for rules that give only.
    private static string? OpaqueOf(CompiledRule rule) =>
        rule.IsConditional ? (rule.Rule.Effect == Effect.Allow ? "gives" : "takes") + rule.Asks : null;

    private static AtomSet SideOf(string opaque, CompiledRule rule, bool takes) =>
        OpaqueOf(rule) == opaque
            ? AtomSet.Of(Truths, atom => ConditionVerdict.Applies(takes ? Effect.Deny : Effect.Allow, (Truth)atom))
            : AtomSet.All(Truths);

    private string NameOf(CompiledRule rule, TargetPattern pattern, string side) =>
        Joins(rule) ? $"denied by {side}"
        : pattern is ExecPattern { AnyFolder: true } ? $"anywhere {pattern.Canonical}"
        : pattern.Canonical;
}
