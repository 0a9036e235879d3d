using System.Net;
using System.Net.Sockets;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Bartizan.Gateway.Model;

/// <summary>
/// The enforcement point in front of models. It speaks the providers' own wire formats (Anthropic Messages; OpenAI Chat
/// Completions, Responses, Embeddings), turns each call into one action <c>model provider/model</c>, and forwards what the
/// monitor grants byte for byte, with the provider's key in place of the session's token. It knows no policy.
/// <code>
/// agent ─ token ─▶ identify ─▶ read body, model ─▶ monitor ─▶ upstream ─▶ inspect each chunk ─▶ agent
///                  401          400 · 413 · 415     403        502         cut: connection aborted
/// </code>
/// One gateway serves all sessions of a daemon: each sandbox's listener is given to <see cref="Accept"/>, and agents that
/// run elsewhere share <see cref="AttachEndpoint"/>.
/// </summary>
public sealed class ModelGateway : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly KestrelServer _server;
    private readonly SessionTransport _transport;
    private readonly UpstreamConnections _upstreams;
    private readonly ModelGatewayOptions _options;
    private IPEndPoint? _attachEndpoint;
    private bool _disposed;

    private ModelGateway(
        KestrelServer server,
        SessionTransport transport,
        UpstreamConnections upstreams,
        ModelGatewayOptions options
    )
    {
        _server = server;
        _transport = transport;
        _upstreams = upstreams;
        _options = options;
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

    /// <summary>Starts the gateway; it listens nowhere yet.</summary>
    public static async Task<ModelGateway> StartAsync(
        ReferenceMonitor monitor,
        ISessions sessions,
        ISessionTokens tokens,
        ICredentialLender lender,
        TimeProvider clock,
        ModelGatewayOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var transport = new SessionTransport(NullLogger.Instance, clock, options.MaxConnectionsPerListener);
        var server = new KestrelServer(Options.Create(ServerOptions(options)), transport, NullLoggerFactory.Instance);
        var upstreams = new UpstreamConnections(options);
        var forwarder = new Forwarder(upstreams, lender, clock, options);
        var application = new ModelApplication(monitor, sessions, tokens, forwarder, clock, options);
        await server.StartAsync(application, cancellationToken).ConfigureAwait(false);
        return new ModelGateway(server, transport, upstreams, options);
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
        _upstreams.Dispose();
    }

    private static KestrelServerOptions ServerOptions(ModelGatewayOptions options)
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
        server.Limits.MaxRequestBodySize = options.MaxRequestBytes;
        server.Limits.MaxRequestHeadersTotalSize = options.MaxRequestHeaderBytes;
        server.Limits.RequestHeadersTimeout = options.HeadersWithin;

        // A paused session's processes are frozen and read nothing: a slow reader is held, not aborted. What it can hold is
        // bounded by the requests in flight of its session.
        server.Limits.MinResponseDataRate = null;
        server.Listen(AcceptedEndPoint.Instance, listen => listen.Protocols = HttpProtocols.Http1);
        return server;
    }

    private IPEndPoint OpenAttach()
    {
        var listener = new Socket(_options.AttachAddress.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(_options.AttachAddress);
        listener.Listen();
        _transport.Open(listener, null);
        return (IPEndPoint)listener.LocalEndPoint!;
    }

    /// <summary>Kestrel asks for optional services; there are none.</summary>
    private sealed class NoServices : IServiceProvider
    {
        public static NoServices Instance { get; } = new();

        public object? GetService(Type serviceType) => null;
    }
}
