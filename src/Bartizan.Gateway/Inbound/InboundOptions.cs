using System.Net.Security;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Inbound;

/// <summary>What the gateway in front of one agent is made with. The bounds that a manifest sets stand in its terms.</summary>
public sealed record InboundOptions
{
    /// <summary>What the manifest says.</summary>
    public required ServeSection Terms { get; init; }

    /// <summary>The agent, as refusals of nobody's name it.</summary>
    public required string Agent { get; init; }

    /// <summary>What callers are shown in TLS, asked for each connection; null in the clear.</summary>
    public Func<SslStreamCertificateContext>? Certificate { get; init; }

    /// <summary>
    /// Who vouches for callers' certificates, asked with each request; null in place of them while they aren't known. Null where no
    /// certificates are asked for.
    /// </summary>
    public Func<CallerAuthorities?>? Authorities { get; init; }

    /// <summary>Where findings are written; null for none.</summary>
    public IJournal? Journal { get; init; }

    /// <summary>Verifies tokens of providers; null where none are taken.</summary>
    public ICallerTokens? Tokens { get; init; }

    /// <summary>Knows their users; null where none are taken.</summary>
    public IEndUsers? Users { get; init; }

    /// <summary>All request headers together: a token of a provider with many groups has some 8 KiB.</summary>
    public int MaxHeaderBytes { get; init; } = 32 << 10;

    /// <summary>Headers of a request.</summary>
    public int MaxHeaders { get; init; } = 64;

    /// <summary>Connections by all callers; above it a new one is closed at once.</summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>Connections by one address; above it a new one is closed at once.</summary>
    public int MaxConnectionsPerAddress { get; init; } = 256;

    /// <summary>Requests at once on one connection of HTTP/2.</summary>
    public int MaxStreams { get; init; } = 64;

    /// <summary>Request bodies and messages that are in memory at once, of all callers; of one caller, each way, an eighth.</summary>
    public long MaxBodyBytesInFlight { get; init; } = 256L << 20;

    /// <summary>Answers that guards hold at once, of all callers; of one caller an eighth.</summary>
    public long MaxHeldAnswerBytes { get; init; } = 512L << 20;

    /// <summary>For a caller to send a request's headers: who sends a byte now and then holds a connection no longer.</summary>
    public TimeSpan HeadersWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For a caller to send a request's body, all of it; for either side of a WebSocket a message, from its first byte.</summary>
    public TimeSpan BodyWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may lie idle.</summary>
    public TimeSpan IdleWithin { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>How long a handshake of TLS may take.</summary>
    public TimeSpan HandshakeWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the agent may take to accept a connection.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(10);
}
