using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Policies;

/// <summary>
/// A manifest's rules, ready to decide. Pure: the same target, time, labels and report always give the same decision; no
/// I/O, no clock. An error in a deny or ask rule applies it, in an allow rule it doesn't.
/// </summary>
public sealed class Policy
{
    private Policy() { }

    /// <summary>Digest of the canonical normal form.</summary>
    public Digest Digest { get; private init; }

    /// <summary>Compiles the layers of a manifest.</summary>
    /// <param name="manifest">The manifest.</param>
    /// <param name="observe">True for <c>run --observe</c>: what no layer mentions is allowed and marked observed.</param>
    public static Policy Compile(Manifest manifest, bool observe = false) => new();

    /// <summary>Step 2, screening: rules alone. What is denied whatever the content ends here.</summary>
    public Decision Screen(ActionTarget target, DateTimeOffset now) => default;

    /// <summary>Step 4, deciding: rules, labels and what the guards found.</summary>
    public Decision Decide(ActionTarget target, DateTimeOffset now, Labels labels, GuardReport report) => default;
}
