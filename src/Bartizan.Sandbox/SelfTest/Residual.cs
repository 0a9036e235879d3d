namespace Bartizan.Sandbox.SelfTest;

/// <summary>One attempt that is known to succeed and accepted, with the reason, in <c>residuals.json</c>.</summary>
/// <param name="Id">The attempt.</param>
/// <param name="Tier">
/// Where it is accepted: <c>any</c> host, or only on one whose limits are <c>rlimits</c> (no cgroups).
/// </param>
/// <param name="Reason">Why, and what holds instead.</param>
public sealed record Residual(string Id, string Tier, string Reason)
{
    /// <summary>True when it is accepted at the tier that this host reached.</summary>
    public bool Covers(string id, LimitTier tier) =>
        Id == id && (Tier == "any" || (Tier == "rlimits" && tier == LimitTier.Rlimits));
}
