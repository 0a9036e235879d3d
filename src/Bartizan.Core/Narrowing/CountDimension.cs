using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Narrowing;

/// <summary>How many things an action hits at once, and not knowing it.</summary>
internal sealed class CountDimension(Verb verb) : FactDimension
{
    private readonly List<Formula> _leaves = [];
    private readonly SortedSet<long> _counts = [1, 2];
    private readonly List<long?> _witnesses = [];

    /// <summary>Asks a question; false when it compares with anything but whole numbers.</summary>
    public bool TryAsk(string question, Formula leaf)
    {
        if (!TryCut(leaf))
        {
            return false;
        }

        if (Name(question))
        {
            _leaves.Add(leaf);
        }

        return true;
    }

    /// <summary>The count of an atom.</summary>
    public long? this[int atom] => _witnesses[atom];

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        // Only a tool call hits more than one thing, and only of it, and of a command, the number may be unknown.
        IEnumerable<long?> counts = verb switch
        {
            Verb.Tool => [.. _counts.Select(c => (long?)c), null],
            Verb.Exec => [1, null],
            _ => [1],
        };
        foreach (var count in counts)
        {
            var facts = new Facts { Count = count, Bulk = count is null ? null : count > 1 };
            if (Add([.. _leaves.Select(l => Evaluator.Evaluate(l, facts))]) >= 0)
            {
                _witnesses.Add(count);
            }
        }

        return true;
    }

    private bool TryCut(Formula leaf)
    {
        IEnumerable<AttributeValue> values = leaf switch
        {
            Formula.Flag => [],
            Formula.Comparison { Left: Term.Attribute, Right: Term.Literal { Value: var one } } => [one],
            Formula.Membership { Item: Term.Attribute, List: Term.Literal { Value: var list } } => list.Items,
            _ => [AttributeValue.Null],
        };
        foreach (var value in values)
        {
            if (value.Kind is not (ValueKind.Int or ValueKind.Bool))
            {
                return false;
            }

            var near = value.Kind == ValueKind.Int ? Math.Clamp(value.Whole, 2, long.MaxValue - 1) : 2;
            _counts.UnionWith([near - 1, near, near + 1]);
        }

        return true;
    }
}
