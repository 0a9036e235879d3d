namespace Bartizan.Gateway.Egress;

/// <summary>The bounds of the egress proxy. Whatever goes over one ends: the connection is closed, the query not answered.</summary>
public sealed record EgressOptions
{
    /// <summary>Connections a session may hold at once: four times what a busy package manager opens.</summary>
    public int MaxConnections { get; init; } = 1024;

    /// <summary>Bytes of a request's or an answer's head: the largest that common servers take, cookies included.</summary>
    public int MaxHeadBytes { get; init; } = 64 * 1024;

    /// <summary>Header fields of one head: browsers send about thirty.</summary>
    public int MaxFields { get; init; } = 128;

    /// <summary>Requests at once on one connection of HTTP/2: what common servers take.</summary>
    public int MaxStreams { get; init; } = 100;

    /// <summary>Bytes of a ClientHello: post-quantum key shares make about 2 KiB of it, tickets a few more.</summary>
    public int MaxClientHelloBytes { get; init; } = 32 * 1024;

    /// <summary>
    /// For a whole head, ClientHello or SOCKS handshake from its first byte, so that a client that drips holds no connection.
    /// </summary>
    public TimeSpan HeadWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For the first bytes of a program whose dial was refused: they say in which protocol it can be told.</summary>
    public TimeSpan FirstBytesWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>For a body that is read whole before it is decided, from its first byte to its last.</summary>
    public TimeSpan HoldWithin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For the next request on a connection that is kept.</summary>
    public TimeSpan NextRequestWithin { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For a resolver's answer: longer than its own three tries.</summary>
    public TimeSpan ResolveWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For one address to accept a connection: two lost SYNs are survived.</summary>
    public TimeSpan DialWithin { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Addresses of one answer that are tried, in order.</summary>
    public int MaxAddressesTried { get; init; } = 4;

    /// <summary>
    /// Without a byte either way, a tunnel or an exchange is taken for dead. Generous: event streams and idle database
    /// sessions are quiet for long.
    /// </summary>
    public TimeSpan IdleWithin { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>For connections to end by themselves after their sockets were cut, before a binding's end is reported.</summary>
    public TimeSpan DrainWithin { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>DNS queries a session may send at once.</summary>
    public int DnsBurst { get; init; } = 512;

    /// <summary>DNS queries a second after that: no honest program asks for more new names.</summary>
    public int DnsPerSecond { get; init; } = 128;

    /// <summary>Names that hold a fake address at once; the least recently used goes first.</summary>
    public int MaxFakeNames { get; init; } = 4096;
}
