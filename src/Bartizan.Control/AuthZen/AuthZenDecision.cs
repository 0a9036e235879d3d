namespace Bartizan.Control.AuthZen;

/// <summary>One decision (AuthZEN 1.0, section 6.2).</summary>
internal sealed record AuthZenDecision(bool Decision, AuthZenContext Context);
