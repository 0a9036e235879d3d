using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Egress.Git;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// One accepted connection, from its first byte to its end: steps 1 to 3 of the proxy's drawing. It owns the client's
/// socket and the one to the other side, so that one call cuts both.
/// </summary>
internal sealed class EgressConnection(
    EgressWiring wiring,
    Entrance entrance,
    Session? session,
    FakeNames? names,
    Socket client,
    CancellationToken ending
)
{
    private const int HttpPort = 80;

    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _kept = [];
    private Captured? _captured;
    private Socket? _upstream;
    private bool _aborted;

    // What an entry names where no request does.
    private int Port =>
        entrance switch
        {
            Entrance.CaptureHttp => HttpPort,
            Entrance.CaptureAny when client.LocalEndPoint is IPEndPoint dialed => dialed.Port,
            _ => TunnelOpening.TlsPort,
        };

    /// <summary>The agent's side.</summary>
    public Socket Client => client;

    /// <summary>Fires when the binding is cut.</summary>
    public CancellationToken Ending => ending;

    /// <summary>Serves it to its end.</summary>
    public async Task RunAsync()
    {
        client.NoDelay = true;
        using var reader = new WireReader(client, wiring.Options.MaxHeadBytes);
        if (entrance is Entrance.CaptureHttp or Entrance.CaptureTls or Entrance.CaptureAny)
        {
            await ServeCapturedAsync(reader).ConfigureAwait(false);
            return;
        }

        var first = wiring.Options.HeadWithin;
        if (!await reader.WaitAsync(first, wiring.Clock, ending).ConfigureAwait(false))
        {
            client.Dispose();
            return;
        }

        if (reader.Buffered.Span[0] == SocksHandshake.Version)
        {
            await ServeSocksAsync(reader).ConfigureAwait(false);
            return;
        }

        if (
            entrance == Entrance.Proxy
            && session is not null
            && wiring.Git is { } git
            && reader.Buffered.Span[0] == GitForwarder.FirstByte
        )
        {
            await git.ServeAsync(wiring, this, reader, session).ConfigureAwait(false);
            return;
        }

        await ServeRequestsAsync(reader, first).ConfigureAwait(false);
    }

    /// <summary>Takes the socket to the other side, in place of the one before; false (and closed) after a cut.</summary>
    public bool TryOwn(Socket upstream)
    {
        lock (_lock)
        {
            _upstream?.Dispose();
            _upstream = upstream;
            if (!_aborted)
            {
                return true;
            }
        }

        Reset(upstream);
        return false;
    }

    /// <summary>Takes one of several sockets to the other side; false (and closed) after a cut.</summary>
    public bool TryKeep(Socket upstream)
    {
        lock (_lock)
        {
            if (!_aborted)
            {
                _kept.Add(upstream);
                return true;
            }
        }

        Reset(upstream);
        return false;
    }

    /// <summary>Lets go of one that was closed.</summary>
    public void Drop(Socket upstream)
    {
        lock (_lock)
        {
            _kept.Remove(upstream);
        }
    }

    /// <summary>Ends both sides at once, with a reset where the end was not orderly. Idempotent.</summary>
    public void Abort()
    {
        Socket? upstream;
        Socket[] kept;
        lock (_lock)
        {
            _aborted = true;
            upstream = _upstream;
            kept = [.. _kept];
            _kept.Clear();
        }

        Reset(client);
        Reset(upstream);
        foreach (var one in kept)
        {
            Reset(one);
        }
    }

    /// <summary>Closes both sides in order: what was sent still arrives.</summary>
    public void Close()
    {
        client.Dispose();
        lock (_lock)
        {
            _aborted = true;
            _upstream?.Dispose();
            foreach (var one in _kept)
            {
                one.Dispose();
            }

            _kept.Clear();
        }
    }

    /// <summary>Answers, lets the client read the answer, and ends.</summary>
    public async ValueTask EndWithAsync(ReadOnlyMemory<byte> answer)
    {
        if (await client.TrySendAsync(answer, ending).ConfigureAwait(false))
        {
            await client.LingerAsync(wiring.Clock, ending).ConfigureAwait(false);
        }

        client.Dispose();
    }

    private static void Reset(Socket? socket)
    {
        if (socket is null)
        {
            return;
        }

        try
        {
            // A cut must look like one: with a plain close the other side would take what it has for all there is.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }

        socket.Dispose();
    }

    private async ValueTask ServeRequestsAsync(WireReader reader, TimeSpan first)
    {
        while (await ServeOneAsync(reader, first).ConfigureAwait(false))
        {
            first = wiring.Options.NextRequestWithin;
        }
    }

    private async ValueTask<bool> ServeOneAsync(WireReader reader, TimeSpan first)
    {
        // 1 read
        var (end, length) = await reader
            .ReadHeadAsync(first, wiring.Options.HeadWithin, wiring.Clock, ending)
            .ConfigureAwait(false);
        if (end is HeadEnd.Nothing)
        {
            client.Dispose();
            return false;
        }

        var problem = Describe(end);
        RequestHead? request = null;
        if (end == HeadEnd.Complete)
        {
            var head = reader.Buffered.Span[..length];
            _ = RequestHead.TryParse(head, _captured, wiring.Options.MaxFields, out request, out problem);
            reader.Advance(length);
        }

        if (request is null)
        {
            await RefuseAsync(session?.Id, _captured?.Host, problem).ConfigureAwait(false);
            await EndWithAsync(Answers.Malformed(problem)).ConfigureAwait(false);
            return false;
        }

        // 2 whose
        if (Identify(request) is not { } id)
        {
            problem = "the proxy credential is missing or is not this session's";
            await RefuseAsync(session?.Id, request.Destination.Host, problem).ConfigureAwait(false);
            await EndWithAsync(Answers.WhoAreYou(problem)).ConfigureAwait(false);
            return false;
        }

        // 3 decide, and on
        if (request.IsConnect)
        {
            await TunnelAsync(request.Destination, id, reader, Opening.Connect).ConfigureAwait(false);
            return false;
        }

        if (wiring.Monitor.KeepsCookies(id, request.Destination.Host))
        {
            problem =
                "the manifest keeps this host's cookies outside the sandbox, and cleartext would show them: use https";
            await RefuseAsync(id, request.Destination.Host, request.Destination.Port, problem).ConfigureAwait(false);
            await EndWithAsync(Answers.Refused(problem)).ConfigureAwait(false);
            return false;
        }

        return await new HttpExchange(wiring, this, reader, request).RunAsync(id).ConfigureAwait(false);
    }

    private async ValueTask ServeCapturedAsync(WireReader reader)
    {
        var problem = "the address was never given to a name";
        _captured = names is null ? null : Captured.Read(client.LocalEndPoint, names, out problem);
        if (session is null || _captured is not { } to)
        {
            await RefuseAsync(session?.Id, null, problem).ConfigureAwait(false);
            return;
        }

        switch (entrance)
        {
            case Entrance.CaptureHttp:
                _captured = to with { Port = HttpPort };
                await ServeRequestsAsync(reader, wiring.Options.HeadWithin).ConfigureAwait(false);
                break;
            case Entrance.CaptureTls:
                await ServeCapturedTlsAsync(reader, session, to).ConfigureAwait(false);
                break;
            default:
                await ServeAnyPortAsync(reader, session, to).ConfigureAwait(false);
                break;
        }
    }

    private async ValueTask ServeCapturedTlsAsync(WireReader reader, Session of, Captured to)
    {
        var problem = await new HelloCheck(wiring, reader, to.Host).RunAsync(ending).ConfigureAwait(false);
        if (problem is not null)
        {
            await RefuseAsync(of.Id, to.Host, problem).ConfigureAwait(false);
            await EndWithAsync(Answers.UnrecognizedName).ConfigureAwait(false);
            return;
        }

        var destination = new Destination(to.Host, TunnelOpening.TlsPort, "", "");
        await TunnelAsync(destination, of.Id, reader, Opening.Captured).ConfigureAwait(false);
    }

    // A tunnel as by CONNECT, where one is granted: the other side may be who speaks first. Where only requests in the clear could be,
    // what comes first says whether it is one.
    private async ValueTask ServeAnyPortAsync(WireReader reader, Session of, Captured to)
    {
        var now = Circumstances.Of(of, wiring.Clock.GetUtcNow());
        if (
            of.Policy.CouldGrantCleartext(to.Host, to.Port, now.Now)
            && of.Policy.Screen(new ConnectTarget(to.Host, to.Port), now).Effect == Effect.Deny
            && await reader.WaitAsync(wiring.Options.HeadWithin, wiring.Clock, ending).ConfigureAwait(false)
            && RequestHead.LooksLikeHttp(reader.Buffered.Span)
        )
        {
            await ServeRequestsAsync(reader, wiring.Options.HeadWithin).ConfigureAwait(false);
            return;
        }

        await TunnelAsync(new Destination(to.Host, to.Port, "", ""), of.Id, reader, Opening.Dialed)
            .ConfigureAwait(false);
    }

    private ValueTask TunnelAsync(Destination to, SessionId id, WireReader reader, Opening opening) =>
        new TunnelOpening(wiring, this, reader, id, opening).RunAsync(to);

    private async ValueTask ServeSocksAsync(WireReader reader)
    {
        // 1 and 2 together
        var handshake = new SocksHandshake(wiring, this, reader, session);
        if (await handshake.RunAsync(ending).ConfigureAwait(false) is { } to && handshake.Id is { } id)
        {
            await TunnelAsync(to, id, reader, Opening.Socks).ConfigureAwait(false);
            return;
        }

        await RefuseAsync(handshake.Id, null, handshake.Problem).ConfigureAwait(false);
        await EndWithAsync(handshake.Answer).ConfigureAwait(false);
    }

    /// <summary>The session of a request: the listener's; on a shared listener the token's. Null: nobody's.</summary>
    private SessionId? Identify(RequestHead request)
    {
        if (request.ProxyAuthorization is not { } field)
        {
            return session?.Id;
        }

        var said = ProxyCredential.Verify(field, wiring.Tokens);
        return session is null || said == session.Id ? said : null;
    }

    private ValueTask RefuseAsync(SessionId? id, HostName? host, string problem) =>
        RefuseAsync(id, host, Port, problem);

    /// <summary>Records what was refused without a decision.</summary>
    public async ValueTask RefuseAsync(SessionId? id, HostName? host, int port, string problem)
    {
        var action = new AgentAction
        {
            Session = id ?? default,
            Target = new ConnectTarget(host ?? EgressWiring.Unreadable, port),
            Point = EgressWiring.Point,
        };
        await wiring.Monitor.RefuseAsync(action, problem).ConfigureAwait(false);
    }

    private static string Describe(HeadEnd end) =>
        end switch
        {
            HeadEnd.TooLong => "the head is too long",
            HeadEnd.BadLine => "a line of the head does not end in CR LF, or holds a CR or a NUL",
            HeadEnd.TimedOut => "the head came too slowly",
            _ => "the head is not complete",
        };
}
