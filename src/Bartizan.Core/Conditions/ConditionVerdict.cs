using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Conditions;

/// <summary>Whether a rule whose pattern matched applies, given what its condition came to.</summary>
/// <remarks>
/// <code>
///            False    Unknown   True
///   deny     no       yes       yes
///   ask      no       yes       yes
///   allow    no       no        yes
/// </code>
/// INVARIANT: knowing less never makes a decision milder. Whoever can make a fact unknown (an agent that leaves an
/// argument out, or sends a list for a string) gains nothing by it.
/// </remarks>
public static class ConditionVerdict
{
    /// <summary>True when a rule of <paramref name="effect"/> applies.</summary>
    public static bool Applies(Effect effect, Truth truth) =>
        effect == Effect.Allow ? truth == Truth.True : truth != Truth.False;
}
