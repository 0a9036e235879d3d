using Bartizan.Core.Conditions;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// One attribute of what an action hits, as one catalogue says it: each value that stands there, and not knowing it. Which
/// action hits what is not looked at.
/// </summary>
internal sealed class ResourceDimension(string attribute, IEnumerable<string> values) : FactDimension
{
    private readonly List<Formula> _leaves = [];

    /// <summary>Asks a question.</summary>
    public void Ask(string question, Formula leaf)
    {
        if (Name(question))
        {
            _leaves.Add(leaf);
        }
    }

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        var all = values.Distinct(StringComparer.Ordinal).ToList();
        if (!CanAsk(all.Count + 1, effort))
        {
            return false;
        }

        foreach (var value in all)
        {
            AddOne(AttributeSet.Of(KeyValuePair.Create(attribute, AttributeValue.Of(value))));
        }

        AddOne(AttributeSet.Empty);
        return true;
    }

    private void AddOne(AttributeSet resource) =>
        Add([.. _leaves.Select(l => Evaluator.Evaluate(l, new Facts { Resource = resource }))]);
}
