using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Code;
using Bartizan.Gateway.Readers;
using Bartizan.Gateway.Tools.Pins;
using Bartizan.Gateway.Tools.Stdio;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// The enforcement point in front of MCP servers. It speaks both eras of the protocol on one URL, <c>/mcp/SERVER</c>: sessions
/// (2025-11-25, 2025-06-18) and the stateless one (2026-07-28). Each call of a tool becomes one action <c>tool server/tool</c>
/// with the arguments that will be sent, and goes on with the server's own credential in place of the session's token. Reading
/// a resource, getting a prompt, completing, and what a server asks of the client are actions too, under the method's name.
/// It knows no policy.
/// <code>
/// client ─ token ─▶ identify ─▶ read message, method, name ─▶ monitor ─▶ server ─▶ inspect each message ─▶ client
///           401       403 · 404    400 · 413 · 415             refused               cut: connection aborted
/// </code>
/// One gateway serves all sessions of a daemon, as the model gateway does.
/// </summary>
public sealed class ToolGateway : IAsyncDisposable
{
    private readonly SessionServer _server;
    private readonly UpstreamConnections _upstreams;

    private readonly ToolWiring _wiring;

    private ToolGateway(SessionServer server, UpstreamConnections upstreams, ToolWiring wiring)
    {
        _wiring = wiring;
        _server = server;
        _upstreams = upstreams;
    }

    /// <summary>
    /// The shared loopback port, where the token alone is the identity. The port is opened when it is first asked for.
    /// </summary>
    public IPEndPoint AttachEndpoint => _server.AttachEndpoint;

    /// <summary>Starts the gateway; it listens nowhere yet.</summary>
    public static async Task<ToolGateway> StartAsync(
        ReferenceMonitor monitor,
        ISessions sessions,
        ISessionTokens tokens,
        ICredentialLender lender,
        TimeProvider clock,
        ToolGatewayOptions options,
        CancellationToken cancellationToken,
        IIsolatedProcesses? processes = null
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var upstreams = new UpstreamConnections(options.ConnectWithin);
        var stdio = processes is null ? null : new StdioServers(processes, lender, options, clock);
        ToolApplication? application = null;
        var readers = options.Readers is { } ground ? new ReaderServer(ground, () => application!, clock) : null;
        var code = options.Code is { } runs ? new CodeServer(runs) : null;
        var connection = new ServerConnection(upstreams, lender, stdio, readers, code);
        var wiring = new ToolWiring(monitor, connection, clock, options);
        application = new ToolApplication(sessions, tokens, wiring);
        var limits = new SessionServerLimits(
            options.AttachAddress,
            options.MaxRequestBytes,
            options.MaxRequestHeaderBytes,
            options.MaxConnectionsPerListener,
            options.HeadersWithin
        );
        var server = await SessionServer
            .StartAsync(application, limits, clock, cancellationToken)
            .ConfigureAwait(false);
        return new ToolGateway(server, upstreams, wiring);
    }

    /// <summary>The path of the endpoint of one server.</summary>
    public static string PathOf(string server) => ToolRoute.OneServer + server;

    /// <summary>
    /// Takes a listener over for a session: the listener is the identity, and a token must verify to the same session.
    /// Disposing the result closes the listener and aborts its live connections at once.
    /// </summary>
    public IDisposable Accept(Session session, Socket listener) => _server.Accept(session, listener);

    /// <summary>
    /// Looks at a server of a session's manifest as a client would, and says what it says of itself and its tools. What it is for
    /// is recorded by the caller, before.
    /// </summary>
    public Task<ServerSurvey> SurveyAsync(Session session, ToolServer server, CancellationToken cancellationToken) =>
        new Surveyor(_wiring, session, server).LookAsync(cancellationToken);

    /// <summary>Closes every listener, aborts what is under way and stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _upstreams.Dispose();
    }
}
