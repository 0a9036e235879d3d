using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Sessions;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// One Kestrel for all sessions of a daemon: each sandbox's listener is given to <see cref="Accept"/>, and agents that run
/// elsewhere share <see cref="AttachEndpoint"/>. No hosting, no routing, no middleware: requests go straight to the application.
/// </summary>
internal sealed class SessionServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly KestrelServer _server;
    private readonly SessionTransport _transport;
    private readonly SessionServerLimits _limits;
    private IPEndPoint? _attachEndpoint;
    private bool _disposed;

    private SessionServer(KestrelServer server, SessionTransport transport, SessionServerLimits limits)
    {
        _server = server;
        _transport = transport;
        _limits = limits;
    }

    /// <summary>
    /// The shared loopback port, where the token alone is the identity. The port is opened when it is first asked for.
    /// </summary>
    public IPEndPoint AttachEndpoint
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                return _attachEndpoint ??= OpenAttach();
            }
        }
    }

    /// <summary>Starts the server; it listens nowhere yet.</summary>
    public static async Task<SessionServer> StartAsync(
        IHttpApplication<HttpContext> application,
        SessionServerLimits limits,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        var transport = new SessionTransport(NullLogger.Instance, clock, limits.MaxConnectionsPerListener);
        var server = new KestrelServer(Options.Create(ServerOptions(limits)), transport, NullLoggerFactory.Instance);
        await server.StartAsync(application, cancellationToken).ConfigureAwait(false);
        return new SessionServer(server, transport, limits);
    }

    /// <summary>
    /// Takes a listener over for a session: the listener is the identity, and a token must verify to the same session.
    /// Disposing the result closes the listener and aborts its live connections at once.
    /// </summary>
    public IDisposable Accept(Session session, Socket listener)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(listener);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _transport.Open(listener, session);
    }

    /// <summary>Closes every listener, aborts what is under way and stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _transport.Close();
        }

        // Already cancelled: connections are aborted, not waited for.
        await _server.StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _server.Dispose();
        await _transport.DisposeAsync().ConfigureAwait(false);
    }

    private static KestrelServerOptions ServerOptions(SessionServerLimits limits)
    {
        var server = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            ApplicationServices = NoServices.Instance,
            // Latin-1 both ways, so that each byte of a header value passes as it came.
            RequestHeaderEncodingSelector = _ => Encoding.Latin1,
            ResponseHeaderEncodingSelector = _ => Encoding.Latin1,
        };
        server.Limits.MaxRequestBodySize = limits.MaxRequestBytes;
        server.Limits.MaxRequestHeadersTotalSize = limits.MaxRequestHeaderBytes;
        server.Limits.RequestHeadersTimeout = limits.HeadersWithin;

        // A paused session's processes are frozen and read nothing: a slow reader is held, not aborted. What it can hold is
        // bounded by the requests in flight of its session.
        server.Limits.MinResponseDataRate = null;
        server.Listen(AcceptedEndPoint.Instance, listen => listen.Protocols = HttpProtocols.Http1);
        return server;
    }

    private IPEndPoint OpenAttach()
    {
        var listener = new Socket(_limits.AttachAddress.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(_limits.AttachAddress);
        listener.Listen();
        _transport.Open(listener, null);
        return (IPEndPoint)listener.LocalEndPoint!;
    }
}
