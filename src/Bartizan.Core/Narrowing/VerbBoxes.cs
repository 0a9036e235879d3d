using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>Two policies on one verb, over the same atoms.</summary>
internal sealed class VerbBoxes
{
    private readonly VerbSpace _space;
    private readonly TimeDimension _times;
    private readonly Dictionary<CompiledRule, Region> _regions = new(ReferenceEqualityComparer.Instance);
    private readonly FactExamples _examples;
    private readonly int _sides;

    /// <summary>Cuts the verb's actions along the rules of both policies.</summary>
    public VerbBoxes(Verb verb, NarrowingSide a, NarrowingSide b, DateTimeOffset from, Effort effort)
    {
        Verb = verb;
        _space = VerbSpace.Of(verb);
        foreach (var side in new[] { a, b })
        {
            foreach (var rule in RulesOf(side.Policy))
            {
                foreach (var pattern in rule.Patterns)
                {
                    _space.Name(NameOf(rule, pattern, side.Name), pattern);
                }
            }
        }

        _times = new TimeDimension(from, RulesOf(a.Policy).Concat(RulesOf(b.Policy)));
        _space.Build(effort);
        _sides = effort.GivenUp is null ? _space.Atoms.Length : 0;
        var facts = Cut(a, b, from, effort);
        _examples = new FactExamples(facts);
        Atoms = effort.GivenUp is null ? _space.Atoms.Sum() + _times.Count + facts.Atoms.Sum() : 0;
        Facts = facts;
        (A, B) = (BoxesOf(a, effort), BoxesOf(b, effort));
    }

    /// <summary>The verb.</summary>
    public Verb Verb { get; }

    /// <summary>The circumstances that rules ask about.</summary>
    public FactSpace Facts { get; }

    /// <summary>What the first policy says.</summary>
    public PolicyBoxes A { get; }

    /// <summary>What the second policy says.</summary>
    public PolicyBoxes B { get; }

    /// <summary>The atoms of all dimensions together, for reports.</summary>
    public int Atoms { get; }

    /// <summary>Actions of a box with their circumstances, the plainest first.</summary>
    public IEnumerable<(Question Asked, bool IsCertain)> ActionsOf(Box box, int most)
    {
        var choices = new List<(int Dimension, int[] Atoms)>();
        for (var i = 0; i < _sides; i++)
        {
            choices.Add((i, [.. (box[i]?.Atoms() ?? Enumerable.Range(0, _space.Atoms[i])).Take(most)]));
        }

        choices.Add((_sides, [.. (box[_sides]?.Atoms() ?? Enumerable.Range(0, _times.Count)).Take(most)]));
        choices.AddRange(
            box.Sides.Where(s => s.Dimension > _sides).Select(s => (s.Dimension, s.Set.Atoms().Take(most).ToArray()))
        );
        for (var n = 0; n < most; n++)
        {
            // The first action takes the first atom of every side; the following ones vary one side after the other.
            var atoms = choices
                .Select((c, i) => Turned(c.Atoms, n % choices.Count == i ? n / choices.Count % c.Atoms.Length : 0))
                .ToArray();
            int[] target = [.. atoms.Take(_sides).Select(c => c[0])];
            var chosen = choices
                .Select((c, i) => (c.Dimension, Atoms: atoms[i]))
                .ToDictionary(c => c.Dimension, c => c.Atoms);
            if (
                _space.TargetOf(target) is { } action
                && _examples.Write(
                    action,
                    d => chosen.GetValueOrDefault(d.Number),
                    _times[atoms[_sides][0]],
                    _times.EndOf(atoms[_sides][0])
                )
                    is { } asked
            )
            {
                yield return (asked, _space.IsCertain(target));
            }
        }
    }

    private static int[] Turned(int[] atoms, int by) => [.. atoms[by..], .. atoms[..by]];

    // What has too many atoms is left uncut, and all is named again.
    private FactSpace Cut(NarrowingSide a, NarrowingSide b, DateTimeOffset from, Effort effort)
    {
        var uncut = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var facts = new FactSpace(Verb, a.Manifest, b.Manifest, from, _sides + 1, uncut);
            var arguments = new ArgumentRegions(facts);
            _regions.Clear();
            foreach (var side in new[] { a, b })
            {
                var conditions = new ConditionRegions(facts, side.Manifest, side == a, from);
                foreach (var rule in RulesOf(side.Policy).Where(r => r.IsConditional))
                {
                    _regions[rule] = Region.And([arguments.Of(rule), conditions.Of(rule)]);
                }
            }

            if (effort.GivenUp is not null || facts.Build(effort) is not { } wide || !uncut.Add(wide))
            {
                return facts;
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

    private PolicyBoxes BoxesOf(NarrowingSide side, Effort effort)
    {
        var layers = ImmutableArray.CreateBuilder<LayerBoxes>();
        foreach (var layer in effort.GivenUp is null ? side.Policy.Layers : [])
        {
            var boxes = new List<RuleBox>();
            var joined = new HashSet<string>(StringComparer.Ordinal);
            foreach (var rule in layer.RulesOf(Verb))
            {
                AddBoxes(rule, side.Name, boxes, joined);
            }

            var hasAllow = boxes.Exists(b => b.Rule.Rule.Effect == Effect.Allow) || HasAllow(layer);
            layers.Add(new LayerBoxes(layer.Name, layer.IsCeiling, hasAllow, [.. boxes]));
        }

        return new PolicyBoxes(layers.ToImmutable(), effort);
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

        var beside = Region.Meet([
            times.IsFull ? [Box.Everything] : [Box.Of(new BoxSide(_sides, times))],
            _regions.GetValueOrDefault(rule)?.Boxes() ?? [Box.Everything],
        ]);
        if (rule.IsBroken && takes)
        {
            boxes.AddRange(beside.Select(box => new RuleBox(box, rule, int.MaxValue)));
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
                    .Select(box => new RuleBox(box, rule, i)
                    {
                        Grants = rule.Rule.Effect >= Effect.Ask && !apart,
                        // What it asks hangs on what nobody knows here; it is compared line by line.
                        Stops = rule.Rule.Effect != Effect.Allow && rule.Rule.Targets is null,
                    })
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

    private static IEnumerable<Box> Filled(IEnumerable<ImmutableArray<AtomSet>> all, ImmutableArray<Box> beside) =>
        all.Select(sides => Box.Of(sides.Select((set, i) => new BoxSide(i, set))))
            .Where(box => !box.IsEmpty)
            .SelectMany(box => beside.Select(box.And))
            .OfType<Box>();

    private bool Joins(CompiledRule rule) =>
        _space.JoinsDenials && !rule.IsConditional && rule.Rule.Effect is not (Effect.Ask or Effect.Allow);

    private string NameOf(CompiledRule rule, TargetPattern pattern, string side) =>
        Joins(rule) ? $"denied by {side}"
        : pattern is ExecPattern { AnyFolder: true } ? $"anywhere {pattern.Canonical}"
        : pattern.Canonical;
}
