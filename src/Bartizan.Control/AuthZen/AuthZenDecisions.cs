using System.Collections.Immutable;

namespace Bartizan.Control.AuthZen;

/// <summary>Several decisions, in the order of their questions (AuthZEN 1.0, section 7.2).</summary>
internal sealed record AuthZenDecisions(ImmutableArray<AuthZenDecision> Evaluations);
