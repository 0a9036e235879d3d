using Bartizan.Core.Conditions;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// The person a session acts for: nobody known, everybody whom one of the manifests names, and the others, of whom only the name
/// is known. Each manifest knows a person by its own groups and attributes.
/// </summary>
internal sealed class PersonDimension(Manifest first, Manifest second) : FactDimension
{
    private readonly TextTests _names = new();
    private readonly List<(Formula Leaf, bool IsFirst)> _asked = [];
    private readonly List<string?> _witnesses = [];

    /// <summary>The person of an atom; null for nobody known.</summary>
    public string? this[int atom] => _witnesses[atom];

    /// <summary>Asks a question under one of the manifests; false when names can't be told apart by it.</summary>
    public bool TryAsk(string question, Formula leaf, bool isFirst)
    {
        if (!TryCut(leaf))
        {
            return false;
        }

        if (Name(question))
        {
            _asked.Add((leaf, isFirst));
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        var known = new[] { first, second }
            .SelectMany(m => m.People.Keys.Concat(m.Groups.Values.SelectMany(g => g)))
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .ToList();
        if (_names.Explore(effort) is not { } others || !CanAsk(known.Count + others.Count + 1, effort))
        {
            return false;
        }

        foreach (var person in known)
        {
            AddOne(person, User.Of(first, person).Attributes, User.Of(second, person).Attributes);
        }

        // INVARIANT: a name that nobody has stands for all of its like, also where the example is somebody's.
        foreach (
            var person in others
                .Append("somebody")
                .Where(p => !_names.IsNamed(p) || !known.Contains(p, StringComparer.Ordinal))
        )
        {
            var named = AttributeSet.Of(
                KeyValuePair.Create("id", AttributeValue.Of(person)),
                KeyValuePair.Create("groups", AttributeValue.ListOf())
            );
            AddOne(person, named, named);
        }

        AddOne(null, null, null);
        return true;
    }

    private void AddOne(string? person, AttributeSet? mine, AttributeSet? theirs)
    {
        if (
            Add([.. _asked.Select(a => Evaluator.Evaluate(a.Leaf, new Facts { User = a.IsFirst ? mine : theirs }))])
            >= 0
        )
        {
            _witnesses.Add(person);
        }
    }

    // Only a name that nobody has must be cut: of such a person nothing else is known, and a comparison with it is unknown.
    private bool TryCut(Formula leaf)
    {
        switch (leaf)
        {
            case Formula.Comparison { Left: var left, Right: Term.Literal { Value: { Kind: ValueKind.String } one } } c
                when IsName(left):
                Compare(c.Comparator, one);
                return true;
            case Formula.Comparison { Left: Term.Size { Operand: var sized }, Right: Term.Literal { Value: var size } }
                when IsName(sized):
                return _names.TryRunes(size.Whole);
            case Formula.Membership { Item: var item, List: Term.Literal { Value: var list } } when IsName(item):
                foreach (var value in list.Items)
                {
                    Compare(Comparator.Equal, value);
                }

                return list.Items.All(v => v.Kind == ValueKind.String);
            case Formula.TextTest { Text: var text, Piece: Term.Literal { Value: var piece } } t when IsName(text):
                Action<string> add = t.Kind switch
                {
                    TextTestKind.StartsWith => _names.Starts,
                    TextTestKind.EndsWith => _names.Ends,
                    _ => _names.Holds,
                };
                add(piece.Text);
                return true;
            default:
                return !ConditionAttributes.Of(leaf).Any(IsName);
        }
    }

    private void Compare(Comparator comparator, AttributeValue value)
    {
        if (comparator is Comparator.Equal or Comparator.NotEqual)
        {
            _names.Equal(value.Text);
        }
        else
        {
            _names.Order(value.Text);
        }
    }

    private static bool IsName(Term term) =>
        term is Term.Attribute { Root: AttributeRoot.User, Path: [{ Name: "id" }] };
}
