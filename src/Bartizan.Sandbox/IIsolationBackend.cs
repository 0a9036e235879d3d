namespace Bartizan.Sandbox;

/// <summary>
/// A way to isolate an agent: bubblewrap on this host; OCI engines and Kubernetes later. Every backend goes the same way:
/// <code>
/// Prepare ── Create (paused) ── Inject ── Start ── … ── Kill ── Collect
/// check      isolated, not      listeners  agent        verified  cgroups, locks,
/// reserve    one agent byte     in its     runs         empty     descriptors gone
///            has run            network
/// </code>
/// </summary>
public interface IIsolationBackend
{
    /// <summary>Its name in receipts: <c>bubblewrap</c>.</summary>
    string Name { get; }

    /// <summary>What this host gives it.</summary>
    HostReport Probe();

    /// <summary>Checks that every required layer is there and reserves what the sandbox needs; nothing runs yet.</summary>
    /// <exception cref="SandboxUnavailableException">The host or the plan can't give what is required.</exception>
    ValueTask<ISandbox> PrepareAsync(SandboxPlan plan, CancellationToken cancellationToken);
}
