using Bartizan.Core.Conditions;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Narrowing;

/// <summary>What the session has been exposed to: each set of labels, and not knowing it.</summary>
internal sealed class LabelDimension : FactDimension
{
    private readonly List<Formula> _leaves = [];
    private readonly List<Labels?> _witnesses = [];

    /// <summary>Asks a question.</summary>
    public void Ask(string question, Formula leaf)
    {
        if (Name(question))
        {
            _leaves.Add(leaf);
        }
    }

    /// <summary>The labels of an atom.</summary>
    public Labels? this[int atom] => _witnesses[atom];

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        const int All = (int)(Labels.Untrusted | Labels.Private | Labels.Secret);
        var sets = Enumerable.Range(0, All + 1).Select(n => (Labels?)n).Append(null);
        foreach (var labels in sets)
        {
            if (Add([.. _leaves.Select(l => Evaluator.Evaluate(l, new Facts { Labels = labels }))]) >= 0)
            {
                _witnesses.Add(labels);
            }
        }

        return true;
    }
}
