using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Tests.SelfTest;

/// <summary>The real backend with one layer weakened: it exists in this assembly only.</summary>
internal sealed class WeakBackend(BubblewrapBackend backend, Action<LaunchSpecs> weaken) : IIsolationBackend
{
    public string Name => backend.Name;

    public HostReport Probe() => backend.Probe();

    public ValueTask<ISandbox> PrepareAsync(SandboxPlan plan, CancellationToken cancellationToken) =>
        backend.PrepareAsync(plan, weaken, cancellationToken);
}
