namespace Bartizan.Guards.Sensitive;

/// <summary>One way to write one kind of number.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Bit">Its bit among all kinds.</param>
/// <param name="Length">Letters and digits, without separators.</param>
/// <param name="HasGroups">True when it is written with separators.</param>
/// <param name="Digits">Places that are digits, the first the lowest bit.</param>
/// <param name="Letters">Places that are letters.</param>
internal sealed record NumberMask(NumberKind Kind, ulong Bit, int Length, bool HasGroups, ulong Digits, ulong Letters)
{
    /// <summary>How sure the check alone makes.</summary>
    public double Alone { get; } = HasGroups ? Kind.Alone : Kind.Bare;

    /// <summary>True for letters where letters belong, and digits where digits belong.</summary>
    public bool Fits(ulong letters) => (letters & Digits) == 0 && (~letters & Letters) == 0;
}
