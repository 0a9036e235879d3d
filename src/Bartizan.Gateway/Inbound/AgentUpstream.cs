using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The agent of one session, by connections that its owner makes. INVARIANT: they are this session's; no request of another goes over them.
/// </summary>
/// <param name="address">Its address, as requests name it; nothing is looked up or dialed by it.</param>
/// <param name="connect">Connects to it; fails with <see cref="AgentUnavailableException"/>.</param>
public sealed class AgentUpstream(Uri address, Func<CancellationToken, ValueTask<Stream>> connect) : IDisposable
{
    /// <summary>Its address.</summary>
    public Uri Address => address;

    internal HttpMessageInvoker Invoker { get; } =
        new(UpstreamConnections.Over((_, cancellationToken) => connect(cancellationToken)));

    /// <summary>Closes its connections; what is under way is aborted.</summary>
    public void Dispose() => Invoker.Dispose();
}
