using Bartizan.Core.Conditions;

namespace Bartizan.Core.Narrowing;

/// <summary>One question of which nothing is known: true, false or unknown, whatever else holds.</summary>
internal sealed class OpaqueDimension : FactDimension
{
    /// <summary>The only question's name.</summary>
    public const string Question = "?";

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        Name(Question);
        Add([Truth.Unknown]);
        Add([Truth.False]);
        Add([Truth.True]);
        return true;
    }
}
