using System.Net;
using System.Threading.Channels;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Connections;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>Gives Kestrel connections that were accepted, named and opened elsewhere. It listens nowhere.</summary>
internal sealed class HandedConnections : IConnectionListenerFactory, IConnectionListener
{
    /// <summary>Connections that Kestrel hasn't taken yet; full, whoever hands one over waits.</summary>
    private const int MaxWaiting = 256;

    private readonly Channel<ConnectionContext> _waiting = Channel.CreateBounded<ConnectionContext>(MaxWaiting);

    public EndPoint EndPoint => AcceptedEndPoint.Instance;

    public ValueTask HandAsync(ConnectionContext connection, CancellationToken cancellationToken) =>
        _waiting.Writer.WriteAsync(connection, cancellationToken);

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_waiting.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
