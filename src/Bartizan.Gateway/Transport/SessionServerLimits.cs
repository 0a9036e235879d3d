using System.Net;

namespace Bartizan.Gateway.Transport;

/// <summary>What a <see cref="SessionServer"/> takes from whoever connects.</summary>
/// <param name="AttachAddress">Where sessions that run elsewhere find it.</param>
/// <param name="MaxRequestBytes">A request's body.</param>
/// <param name="MaxRequestHeaderBytes">All its headers together.</param>
/// <param name="MaxConnectionsPerListener">Connections by one listener.</param>
/// <param name="HeadersWithin">For a client to send its headers.</param>
internal sealed record SessionServerLimits(
    IPEndPoint AttachAddress,
    int MaxRequestBytes,
    int MaxRequestHeaderBytes,
    int MaxConnectionsPerListener,
    TimeSpan HeadersWithin
);
