using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// The resolver inside the sandbox. Every name has an address of 127.1.0.0/16, allowed or not, so that an answer tells
/// nothing; INVARIANT: it asks nobody, so a name carries nothing out. What is dialed behind the fake address is then decided
/// as <c>connect</c> or <c>http</c>. A query is no action and is not decided; but one that no connection could follow is how data
/// would be smuggled in names, so it is recorded as a refusal (metered by the monitor).
/// </summary>
internal sealed class FakeResolver
{
    /// <summary>RFC 6891: nobody sends a longer query; what is longer is cut and then no query.</summary>
    private const int MaxMessageBytes = 1232;

    private const int DnsPort = 53;
    private const int TlsPort = 443;
    private const int HttpPort = 80;
    private const int InternetClass = 1;

    private readonly EgressWiring _wiring;
    private readonly Session _session;
    private readonly FakeNames _names;
    private readonly Socket _socket;
    private readonly TokenBucket _bucket;

    public FakeResolver(EgressWiring wiring, Session session, FakeNames names, Socket socket)
    {
        _wiring = wiring;
        _session = session;
        _names = names;
        _socket = socket;
        _bucket = new TokenBucket(wiring.Clock, wiring.Options.DnsBurst, wiring.Options.DnsPerSecond);
        _ = ServeAsync();
    }

    /// <summary>Stops answering.</summary>
    public void Cut() => _socket.Dispose();

    private async Task ServeAsync()
    {
        var message = new byte[MaxMessageBytes];
        var answer = new byte[MaxMessageBytes + DnsAnswer.RecordBytes];
        var from = new SocketAddress(_socket.AddressFamily);
        while (true)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(message, SocketFlags.None, from).ConfigureAwait(false);
                var length = await AnswerAsync(message.AsMemory(0, received), answer).ConfigureAwait(false);
                if (length > 0)
                {
                    await _socket.SendToAsync(answer.AsMemory(0, length), SocketFlags.None, from).ConfigureAwait(false);
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                // A sender that has gone makes an error of the next receive; a closed socket ends it.
                if (e.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted)
                {
                    return;
                }
            }
        }
    }

    /// <summary>The answer's length; 0 for none: over the rate, or not a query.</summary>
    internal async ValueTask<int> AnswerAsync(ReadOnlyMemory<byte> message, Memory<byte> answer)
    {
        if (!_bucket.TryTake() || !DnsQuery.TryParse(message.Span, out var query))
        {
            return 0;
        }

        var named = HostName.TryParse(query.Name, out var host, out var problem);
        var (code, address) = (DnsCode.NoError, (IPAddress?)null);
        string? seen = null;
        if (query.OpCode != 0)
        {
            code = DnsCode.NotImplemented;
        }
        else if (query.Class != InternetClass || query.Type == (ushort)DnsType.Pointer)
        {
            code = DnsCode.Refused;
        }
        else if (query.Type is not ((ushort)DnsType.A or (ushort)DnsType.Aaaa))
        {
            code = DnsCode.NotImplemented;
            seen = $"a DNS query of type {query.Type} was not answered; nothing was asked outside";
        }
        else if (!named || host.Address is not null)
        {
            code = DnsCode.NoSuchName;
            seen = $"a DNS query for a name that {(named ? "is an address" : problem)}; nothing was asked outside";
        }
        else
        {
            // The same for AAAA, whose answer is empty: a name is seen whichever way it was asked.
            (address, seen) = AddressOf(host);
            address = query.Type == (ushort)DnsType.A ? address : null;
        }

        if (seen is not null)
        {
            await RecordAsync(named ? host : null, seen).ConfigureAwait(false);
        }

        return DnsAnswer.Write(message.Span, query, code, address, answer.Span);
    }

    private (IPAddress Address, string? Seen) AddressOf(HostName host)
    {
        // RFC 6761, 6.3: always the machine itself, here the sandbox.
        if (host.Text is "localhost" || host.Text.EndsWith(".localhost", StringComparison.Ordinal))
        {
            return (IPAddress.Loopback, null);
        }

        var address = _names.AddressOf(host, out var added);
        var seen = added && !CouldFollow(host);
        return (
            address,
            seen
                ? "its name was asked of DNS; it got a fake address, nothing was asked outside, and no rule lets a connection follow"
                : null
        );
    }

    private bool CouldFollow(HostName host)
    {
        var now = Circumstances.Of(_session, _wiring.Clock.GetUtcNow());
        var policy = _session.Policy;
        var seen = policy.InterceptionOf(host, TlsPort, now.Now);
        return seen == Interception.Open
            || policy.Screen(new ConnectTarget(host, TlsPort), now).Effect != Effect.Deny
            || policy.Screen(new HttpTarget("GET", "http", host, HttpPort, "/"), now).Effect != Effect.Deny
            || policy.CouldDial(host, now);
    }

    private ValueTask RecordAsync(HostName? host, string seen)
    {
        var action = new AgentAction
        {
            Session = _session.Id,
            Target = new ConnectTarget(host ?? EgressWiring.Unreadable, DnsPort),
            Point = EgressWiring.Point,
        };
        return _wiring.Monitor.RefuseAsync(action, seen);
    }
}
