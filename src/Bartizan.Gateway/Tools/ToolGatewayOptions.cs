using System.Net;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Readers;

namespace Bartizan.Gateway.Tools;

/// <summary>The tool gateway's bounds, each with its reason.</summary>
public sealed record ToolGatewayOptions
{
    /// <summary>Where <c>attach</c> sessions find the gateway: loopback, any free port.</summary>
    public IPEndPoint AttachAddress { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>What of a session's servers a person has seen; null of a session whose servers are taken as they are.</summary>
    public Func<Session, IToolPins?> Pins { get; init; } = static _ => null;

    /// <summary>What quarantined readers read with; null where there are none.</summary>
    public ReaderGround? Readers { get; init; }

    /// <summary>Who runs code; null where nobody does.</summary>
    public ICodeRuns? Code { get; init; }

    /// <summary>A message of a client: arguments are written by a model, and none writes this much.</summary>
    public int MaxRequestBytes { get; init; } = 4 << 20;

    /// <summary>A message of a server: an image of a screen fits, an endless result doesn't.</summary>
    public int MaxAnswerBytes { get; init; } = 8 << 20;

    /// <summary>Messages of one session that are held in memory at once, beyond what each connection may always hold.</summary>
    public long MaxBytesInFlight { get; init; } = 64L << 20;

    /// <summary>Requests of one session that are under way at once; agents call tools in parallel, but not by hundreds.</summary>
    public int MaxRequestsInFlight { get; init; } = 256;

    /// <summary>Streams that one session's clients listen on at once: one for each MCP session.</summary>
    public int MaxStreams { get; init; } = 2048;

    /// <summary>MCP sessions that one session's clients have open; above it the one that was idle longest is ended.</summary>
    public int MaxClientSessions { get; init; } = 2048;

    /// <summary>Connections by one listener; above it a new one is closed at once.</summary>
    public int MaxConnectionsPerListener { get; init; } = 4096;

    /// <summary>All request headers together: parameters may be mirrored in them.</summary>
    public int MaxRequestHeaderBytes { get; init; } = 64 << 10;

    /// <summary>For a client to send its headers.</summary>
    public TimeSpan HeadersWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may take to accept a connection.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a server may be silent while a request waits; clients give up after one to ten minutes by themselves.</summary>
    public TimeSpan SilentFor { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one call may last, however much the server says meanwhile.</summary>
    public TimeSpan CallWithin { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a call that has become a task waits for its result to be fetched: what takes more than a day is none.</summary>
    public TimeSpan TaskWithin { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a call waits for its answer after its stream has ended, and a server's question for the client's.</summary>
    public TimeSpan ResumeWithin { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long one server may take where a client asks all of them; then it is left out. The shortest that a common client
    /// gives a server to start is ten seconds.
    /// </summary>
    public TimeSpan JoinWithin { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>
    /// A call that isn't decided by then, because a person is asked or the session is paused, tells its client that it is held:
    /// sooner than any client gives up, later than a disk takes.
    /// </summary>
    public TimeSpan TellAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it tells so from then on: clients and proxies take ten seconds of silence for nothing yet.</summary>
    public TimeSpan TellEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A call that was held longer before it could leave, because a person was asked or its session was paused, has its tool's
    /// definition asked for anew: servers change in seconds, not while the disk writes.
    /// </summary>
    public TimeSpan HeldFor { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a server that a command starts may take until it runs in its sandbox.</summary>
    public TimeSpan StartWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much of a result the log keeps, encrypted.</summary>
    public int KeptAnswerBytes { get; init; } = 64 << 10;
}
