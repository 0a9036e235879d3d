using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>A listener that several attached agents share, until it is disposed. Tokens tell the sessions apart.</summary>
public sealed class EgressAttachment : IAsyncDisposable
{
    private readonly ConnectionSet _connections;
    private readonly Action<IAsyncDisposable> _ended;

    internal EgressAttachment(EgressWiring wiring, Socket listener, Action<IAsyncDisposable> ended)
    {
        _ended = ended;
        _connections = new ConnectionSet(wiring, session: null, names: null);
        _connections.Serve(listener, Entrance.Attached);
    }

    /// <summary>Closes the listener and every connection, then waits until each has recorded its outcome (bounded).</summary>
    public async ValueTask DisposeAsync()
    {
        _connections.Cut();
        await _connections.DrainAsync().ConfigureAwait(false);
        _ended(this);
    }
}
