using System.Net;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// The enforcement point in front of an agent that answers people: a reverse proxy that lets nothing through but what its manifest's
/// <c>serve</c> rules allow, for whom it knows. Every request is one action, <c>serve METHOD /path</c>, of its user's own session.
/// <code>
/// caller ─ 1 address ─ 2 form ─ 3 credential ─ 4 user ─ 5 body ─ 6 session ─ 7 monitor ─ 8 agent ─ inspect each piece ─ caller
///          429         400…421  401 · 403      429      413·415  503         403 · 429   502·504  cut: connection aborted
/// </code>
/// What is refused before a session is known is an entry of nobody's, of which so many are written in a time and the rest counted.
/// </summary>
public sealed class InboundGateway : IAsyncDisposable
{
    private readonly InboundServer _server;
    private readonly UpstreamConnections _connections;

    private InboundGateway(InboundServer server, UpstreamConnections connections)
    {
        _server = server;
        _connections = connections;
    }

    /// <summary>Where callers connect.</summary>
    public IPEndPoint EndPoint => _server.EndPoint;

    /// <summary>Starts the gateway of one agent.</summary>
    /// <exception cref="IOException">The address is taken.</exception>
    public static async Task<InboundGateway> StartAsync(
        ReferenceMonitor monitor,
        IServedSessions sessions,
        TimeProvider clock,
        InboundOptions options,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(options);
        var terms = options.Terms;
        if (terms.Listen is not { } listen || (terms.Upstream is null && terms.Port is null))
        {
            throw new ArgumentException(
                "an agent that is served listens somewhere, and so does its gateway",
                nameof(options)
            );
        }

        var connections = new UpstreamConnections(options.ConnectWithin);
        try
        {
            var forwarder = new InboundForwarder(
                connections,
                terms.Upstream,
                terms.Limits,
                BodiesInFlight.Of(options.MaxHeldAnswerBytes, 0),
                clock
            );
            var application = new InboundApplication(monitor, sessions, forwarder, options, clock);
            var server = await InboundServer
                .StartAsync(listen, options, application.AnswerAsync, cancellationToken)
                .ConfigureAwait(false);
            return new InboundGateway(server, connections);
        }
        catch
        {
            connections.Dispose();
            throw;
        }
    }

    /// <summary>Closes it; what is under way is aborted.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _connections.Dispose();
    }
}
