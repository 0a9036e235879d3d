using System.Net.Sockets;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// The sockets that were opened inside one sandbox's network namespace, bound and (the streams) listening. The listener is
/// the sandbox's identity. Each may be null; the binding owns what it is given.
/// </summary>
public sealed record EgressListeners
{
    /// <summary>127.0.0.1:3128: CONNECT, absolute-form HTTP, SOCKS5.</summary>
    public Socket? Proxy { get; init; }

    /// <summary>0.0.0.0:80: cleartext HTTP of programs that know no proxy.</summary>
    public Socket? CaptureHttp { get; init; }

    /// <summary>0.0.0.0:443: TLS of programs that know no proxy.</summary>
    public Socket? CaptureTls { get; init; }

    /// <summary>
    /// Every other port of programs that know no proxy: the local end of a connection is the address and the port that were dialed.
    /// </summary>
    public Socket? CaptureAny { get; init; }

    /// <summary>The same for addresses of IPv6.</summary>
    public Socket? CaptureAnySix { get; init; }

    /// <summary>127.0.0.1:53, UDP: the resolver that answers from <c>127.1.0.0/16</c> and asks nobody.</summary>
    public Socket? Dns { get; init; }
}
