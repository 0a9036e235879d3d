using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Control.AuthZen;

/// <summary>What stands beside a decision.</summary>
/// <param name="Effect"><c>ask</c> is a decision of false: an enforcement point elsewhere can't have a person asked here.</param>
/// <param name="Reason">Why.</param>
/// <param name="Rules">The rules that led to it, as written.</param>
/// <param name="Needed">The one rule that would allow it; null when there is none.</param>
/// <param name="Policy">Digest of the policy; null when no policy was found.</param>
internal sealed record AuthZenContext(
    Effect Effect,
    string Reason,
    ImmutableArray<string> Rules,
    string? Needed,
    string? Policy
);
