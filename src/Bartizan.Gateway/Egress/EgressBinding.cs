using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>One session's listeners, its connections and its fake names, until it is cut.</summary>
public sealed class EgressBinding : IAsyncDisposable
{
    private readonly ConnectionSet _connections;
    private readonly FakeResolver? _resolver;
    private readonly Action<IAsyncDisposable> _ended;
    private readonly CancellationTokenRegistration _revoked;

    internal EgressBinding(
        EgressWiring wiring,
        Session session,
        EgressListeners listeners,
        Action<IAsyncDisposable> ended
    )
    {
        _ended = ended;
        var names = new FakeNames(wiring.Options.MaxFakeNames);
        _connections = new ConnectionSet(wiring, session, names);
        _connections.Serve(listeners.Proxy, Entrance.Proxy);
        _connections.Serve(listeners.CaptureHttp, Entrance.CaptureHttp);
        _connections.Serve(listeners.CaptureTls, Entrance.CaptureTls);
        _connections.Serve(listeners.CaptureAny, Entrance.CaptureAny);
        _connections.Serve(listeners.CaptureAnySix, Entrance.CaptureAny);
        if (listeners.Dns is { } dns)
        {
            _resolver = new FakeResolver(wiring, session, names, dns);
        }

        _revoked = session.Revoked.UnsafeRegister(static binding => ((EgressBinding)binding!).Cut(), this);
    }

    /// <summary>
    /// Closes the listeners and resets every connection and tunnel, at once and without waiting. Nothing of the session
    /// leaves after it returns. Idempotent.
    /// </summary>
    public void Cut()
    {
        _connections.Cut();
        _resolver?.Cut();
    }

    /// <summary>Cuts, then waits until every connection has recorded its outcome (bounded).</summary>
    public async ValueTask DisposeAsync()
    {
        Cut();
        await _revoked.DisposeAsync().ConfigureAwait(false);
        await _connections.DrainAsync().ConfigureAwait(false);
        _ended(this);
    }
}
