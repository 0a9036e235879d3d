using System.Net;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;

namespace Bartizan.Gateway.Model;

/// <summary>The model gateway's bounds, each with its reason.</summary>
public sealed record ModelGatewayOptions
{
    /// <summary>Where <c>attach</c> sessions find the gateway: loopback, any free port.</summary>
    public IPEndPoint AttachAddress { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>A request body, as sent and as decoded: Anthropic's own limit.</summary>
    public int MaxRequestBytes { get; init; } = 32 << 20;

    /// <summary>Request bodies of one session that are in memory at once: four of the largest.</summary>
    public long MaxRequestBytesInFlight { get; init; } = 128L << 20;

    /// <summary>Requests of one session that are under way at once; clients send up to 25 in parallel.</summary>
    public int MaxRequestsInFlight { get; init; } = 256;

    /// <summary>Connections by one listener; above it a new one is closed at once.</summary>
    public int MaxConnectionsPerListener { get; init; } = 4096;

    /// <summary>All request headers together: Codex sends JSON in them, Kestrel's own 32 KiB is too near.</summary>
    public int MaxRequestHeaderBytes { get; init; } = 64 << 10;

    /// <summary>For a client to send its headers.</summary>
    public TimeSpan HeadersWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an upstream may take to accept a connection.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an upstream may take to its first byte; models think for minutes before they answer.</summary>
    public TimeSpan AnswerWithin { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a stream may be silent; providers send a ping at least every minute.</summary>
    public TimeSpan SilentFor { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// From when on a request that isn't decided tells its client so, where that asked for a stream: sooner than any client gives up, later
    /// than a disk takes.
    /// </summary>
    public TimeSpan TellAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often it tells so from then on: clients and proxies take ten seconds of silence for nothing yet.</summary>
    public TimeSpan TellEvery { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long people have for a request whose client waits for one body: the providers' own clients give up after ten minutes, and a
    /// sentence is more than a broken connection.
    /// </summary>
    public TimeSpan HeldUnstreamedFor { get; init; } = TimeSpan.FromMinutes(9);

    /// <summary>A request of OTLP logs, as sent and as decoded; exporters send a few hundred logs at once.</summary>
    public int MaxClaimBytes { get; init; } = 1 << 20;

    /// <summary>Who records what agents say of themselves; null for nobody, and then there is no such path.</summary>
    public IClaims? Claims { get; init; }

    /// <summary>
    /// What a shell of the session's client would find; null when hooks aren't answered, and then there is no such path.
    /// </summary>
    public Func<Session, ShellPlaces>? Places { get; init; }

    /// <summary>
    /// The client whose tool calls are decided in the model's answer, before it sees them; null for a session whose client asks by hooks
    /// of its own, or whose manifest says nothing of commands. Needs <see cref="Places"/>.
    /// </summary>
    public Func<Session, string?>? DecidesCallsOf { get; init; }

    /// <summary>Told of each event of a client's hooks that a session's token came with, and of the client that it is said to be.</summary>
    public Action<Session, string>? AsksByHooks { get; init; }

    /// <summary>How much of an answer the log keeps, encrypted.</summary>
    public int KeptAnswerBytes { get; init; } = 256 << 10;
}
