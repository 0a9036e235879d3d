using Bartizan.Sandbox.Bubblewrap;

namespace Bartizan.Sandbox.Launches;

/// <summary>A backend whose launch can be changed, for tests of the protection only.</summary>
internal interface IRewritableBackend : IIsolationBackend
{
    /// <summary>Prepares with what is passed on changed.</summary>
    ValueTask<ISandbox> PrepareAsync(
        SandboxPlan plan,
        Action<LaunchSpecs>? rewrite,
        CancellationToken cancellationToken
    );
}
