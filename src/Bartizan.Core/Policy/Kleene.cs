using Bartizan.Core.Conditions;

namespace Bartizan.Core.Policies;

/// <summary>Logic of three values: what is unknown stays unknown unless the rest decides (Kleene 1952, strong).</summary>
internal static class Kleene
{
    /// <summary>True or false.</summary>
    public static Truth Of(bool known) => known ? Truth.True : Truth.False;

    /// <summary>Both.</summary>
    public static Truth And(Truth left, Truth right) =>
        left == Truth.False || right == Truth.False ? Truth.False
        : left == Truth.True && right == Truth.True ? Truth.True
        : Truth.Unknown;

    /// <summary>Either.</summary>
    public static Truth Or(Truth left, Truth right) =>
        left == Truth.True || right == Truth.True ? Truth.True
        : left == Truth.False && right == Truth.False ? Truth.False
        : Truth.Unknown;
}
