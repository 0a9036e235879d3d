using Bartizan.Core.Conditions;

namespace Bartizan.Core.Narrowing;

/// <summary>Whether an object has members that no question names.</summary>
internal sealed class OthersDimension : FactDimension
{
    /// <summary>Whether it surely has none.</summary>
    public const string None = "none";

    /// <summary>The atom that has some.</summary>
    public const int Some = 1;

    /// <inheritdoc/>
    public override bool TryBuild(Effort effort)
    {
        Name(None);
        Add([Truth.True]);
        Add([Truth.False]);
        return true;
    }
}
