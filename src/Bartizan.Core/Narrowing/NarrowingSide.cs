using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>One of the two manifests of a proof, with its policy.</summary>
/// <param name="Name">A or B.</param>
/// <param name="Manifest">The manifest.</param>
/// <param name="Policy">What was compiled from it.</param>
internal sealed record NarrowingSide(string Name, Manifest Manifest, Policy Policy)
{
    /// <summary>How it decides what is asked, of a session that has taken no first step of a sequence: those are compared apart.</summary>
    public Decision Decide(Question asked, DateTimeOffset from) =>
        Policy.Screen(asked.Target, asked.Circumstances(Manifest, from) with { Passed = [] });
}
