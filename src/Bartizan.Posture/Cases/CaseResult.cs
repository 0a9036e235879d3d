using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Posture.Cases;

/// <summary>What became of one policy case.</summary>
/// <param name="Case">The case.</param>
/// <param name="Explanation">What the manifest answers, and why.</param>
/// <param name="Passed">True when that is what the case expects.</param>
public sealed record CaseResult(PolicyCase Case, Explanation Explanation, bool Passed);
