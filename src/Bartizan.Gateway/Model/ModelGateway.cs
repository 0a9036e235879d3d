using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Model.Deciding;
using Bartizan.Gateway.Transport;

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
    private readonly SessionServer _server;
    private readonly UpstreamConnections _upstreams;

    private ModelGateway(SessionServer server, UpstreamConnections upstreams, ModelApplication application)
    {
        Application = application;
        _server = server;
        _upstreams = upstreams;
    }

    /// <summary>
    /// The shared loopback port, where the token alone is the identity. The port is opened when it is first asked for.
    /// </summary>
    public IPEndPoint AttachEndpoint => _server.AttachEndpoint;

    /// <summary>What answers, for a request that the tool gateway makes for a reader.</summary>
    internal ModelApplication Application { get; }

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
        var upstreams = new UpstreamConnections(options.ConnectWithin);
        var judges = options is { Places: { } places, DecidesCallsOf: { } clientOf }
            ? new CallJudges(monitor, clientOf, places, clock)
            : null;
        var forwarder = new Forwarder(upstreams, lender, clock, options, judges);
        var application = new ModelApplication(monitor, sessions, tokens, lender, forwarder, clock, options);
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
        return new ModelGateway(server, upstreams, application);
    }

    /// <summary>
    /// Takes a listener over for a session: the listener is the identity, and a token must verify to the same session.
    /// Disposing the result closes the listener and aborts its live connections at once.
    /// </summary>
    public IDisposable Accept(Session session, Socket listener) => _server.Accept(session, listener);

    /// <summary>Closes every listener, aborts what is under way and stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _upstreams.Dispose();
    }
}
