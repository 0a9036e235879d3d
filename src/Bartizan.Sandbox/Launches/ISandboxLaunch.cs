using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Launches;

/// <summary>One launch, ready to be spawned: by bwrap, or by an engine that runs containers.</summary>
internal interface ISandboxLaunch : IDisposable
{
    /// <summary>
    /// True when a monitor that is not ours stands between us and the sandbox: limits are then put on its processes from
    /// outside, before the agent runs, and its user namespace is sealed from outside.
    /// </summary>
    bool HasMonitor { get; }

    /// <summary>Starts it; the streams and the sync socket are the caller's.</summary>
    Task<ChildProcess> SpawnAsync(
        Descriptor sync,
        Descriptor diagnostics,
        (Descriptor Input, Descriptor Output, Descriptor Error)? streams,
        ReadOnlySpan<byte> filter
    );

    /// <summary>Looks from outside at what waits for its go, where it isn't ours who started it.</summary>
    /// <exception cref="SandboxUnavailableException">When it isn't what was asked for.</exception>
    Task CheckAsync(int agent, int init, CancellationToken cancellationToken);

    /// <summary>
    /// Ends what a launch that never got ready has left; says what proves that it is nothing, or nothing, and how many processes it
    /// ended. Null where the process that was spawned is all that there can be.
    /// </summary>
    Task<(string Evidence, int Ended)?> EndUnreadyAsync(CancellationToken cancellationToken);

    /// <summary>What was put in force.</summary>
    SandboxReceipt Receipt(int hostUser, IReadOnlyList<string> namespaces);

    /// <summary>Gives back what the launch made on the host, when no process of the sandbox is left.</summary>
    Task CollectAsync(CancellationToken cancellationToken);
}
