using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Bartizan.Core.Sessions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// Feeds one Kestrel from many listeners. A listener was opened inside a session's network namespace and handed to us, or
/// is the shared loopback one; each connection carries the <see cref="ListenerIdentity"/> of the listener it came in by.
/// <code>
/// session A's listener ─ accept ─┐
/// session B's listener ─ accept ─┼─ channel ─ Kestrel
/// shared loopback port ─ accept ─┘
/// </code>
/// </summary>
internal sealed class SessionTransport : IConnectionListenerFactory, IConnectionListener
{
    /// <summary>Accepted connections that Kestrel hasn't taken yet; full, the accept loops wait and the backlog fills.</summary>
    private const int MaxWaiting = 256;

    private readonly ConcurrentDictionary<SessionListener, byte> _open = new();
    private readonly Channel<ConnectionContext> _waiting = Channel.CreateBounded<ConnectionContext>(MaxWaiting);
    private readonly SocketConnectionContextFactory _connections;
    private readonly TimeProvider _clock;
    private readonly int _maxConnectionsPerListener;

    public SessionTransport(ILogger logger, TimeProvider clock, int maxConnectionsPerListener)
    {
        _clock = clock;
        _maxConnectionsPerListener = maxConnectionsPerListener;

        // A request goes on where its bytes came in, and a response leaves where it was written: on few processors each change of
        // thread costs more than it brings. Nothing on the gateway's way blocks a thread.
        var inline = new SocketConnectionFactoryOptions { UnsafePreferInlineScheduling = true };
        _connections = new SocketConnectionContextFactory(inline, logger);
    }

    /// <inheritdoc/>
    public EndPoint EndPoint => AcceptedEndPoint.Instance;

    /// <summary>Accepts from <paramref name="listener"/> until the result is disposed; takes the listener over.</summary>
    public SessionListener Open(Socket listener, Session? session)
    {
        var open = new SessionListener(
            listener,
            new ListenerIdentity(session),
            _connections,
            _waiting.Writer,
            _clock,
            _maxConnectionsPerListener
        );
        _open.TryAdd(open, 0);
        open.Closed.UnsafeRegister(_ => _open.TryRemove(open, out byte _), null);
        open.Start();
        return open;
    }

    /// <summary>Closes every listener that is still open, and what came in by it.</summary>
    public void Close()
    {
        foreach (var open in _open.Keys)
        {
            open.Dispose();
        }
    }

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IConnectionListener>(this);

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        Close();
        _connections.Dispose();
        return ValueTask.CompletedTask;
    }
}
