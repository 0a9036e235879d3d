namespace Bartizan.Core.Pins;

/// <summary>Whether a tool may be shown and called as its server defines it. The zero says no.</summary>
/// <param name="IsTrusted">True when a person has seen the definition, or it is the first of its name where that is enough.</param>
/// <param name="Reason">Why not; empty for a trusted one.</param>
public readonly record struct PinVerdict(bool IsTrusted, string Reason)
{
    /// <summary>It may.</summary>
    public static PinVerdict Trusted { get; } = new(true, "");

    /// <summary>It may not, for this reason.</summary>
    public static PinVerdict Suspended(string reason) => new(false, reason);
}
