using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// One listener and every connection that came in by it. Disposed, the listener is closed and all its live connections are
/// aborted at once, whatever they are doing.
/// </summary>
internal sealed class SessionListener(
    Socket listener,
    ListenerIdentity identity,
    SocketConnectionContextFactory connections,
    ChannelWriter<ConnectionContext> waiting,
    TimeProvider clock,
    int maxConnections
) : IDisposable
{
    /// <summary>After a failed accept (no descriptor left): long enough not to spin, short enough not to be felt.</summary>
    private static readonly TimeSpan AcceptAgainAfter = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<ConnectionContext, byte> _live = new();
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Connections open now.</summary>
    public int LiveConnections => _live.Count;

    /// <summary>Fires when it was closed.</summary>
    public CancellationToken Closed => _closed.Token;

    /// <summary>Begins to accept.</summary>
    public void Start() => _ = AcceptAsync(_closed.Token);

    /// <summary>Closes the listener and aborts what came in by it.</summary>
    public void Dispose()
    {
        if (_closed.IsCancellationRequested)
        {
            return;
        }

        _closed.Cancel();
        listener.Dispose();
        foreach (var connection in _live.Keys)
        {
            Abort(connection);
        }
    }

    private static void Abort(ConnectionContext connection) =>
        connection.Abort(new ConnectionAbortedException("the session's listener was closed"));

    private async Task AcceptAsync(CancellationToken closed)
    {
        while (!closed.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(closed).ConfigureAwait(false);
                await AdmitAsync(socket, closed).ConfigureAwait(false);
            }
            catch (Exception e)
                when (e is OperationCanceledException or ObjectDisposedException or ChannelClosedException)
            {
                return;
            }
            catch (SocketException) when (!closed.IsCancellationRequested)
            {
                // A peer that gave up in the backlog, or no descriptor left: neither ends the listener.
                await Task.Delay(AcceptAgainAfter, clock, closed)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private async ValueTask AdmitAsync(Socket socket, CancellationToken closed)
    {
        if (_live.Count >= maxConnections)
        {
            socket.Dispose();
            return;
        }

        if (socket.ProtocolType == ProtocolType.Tcp)
        {
            socket.NoDelay = true;
        }

        var connection = connections.Create(socket);
        connection.Features.Set(identity);
        _live.TryAdd(connection, 0);
        connection.ConnectionClosed.UnsafeRegister(_ => _live.TryRemove(connection, out byte _), null);

        // INVARIANT: nothing that came in by a closed listener lives on. Dispose cancels first and sweeps then, so a connection
        // added after the sweep sees the cancellation here.
        if (closed.IsCancellationRequested)
        {
            Abort(connection);
        }

        try
        {
            await waiting.WriteAsync(connection, closed).ConfigureAwait(false);
        }
        catch (Exception)
        {
            Abort(connection);
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
