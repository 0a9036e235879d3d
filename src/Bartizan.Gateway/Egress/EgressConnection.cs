using System.Net;
using System.Net.Sockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

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
    /// <summary>The port that captured TLS was meant for.</summary>
    private const int TlsPort = 443;

    private readonly Lock _lock = new();
    private readonly HashSet<Socket> _kept = [];
    private Socket? _upstream;
    private bool _aborted;

    /// <summary>The agent's side.</summary>
    public Socket Client => client;

    /// <summary>Fires when the binding is cut.</summary>
    public CancellationToken Ending => ending;

    /// <summary>Serves it to its end.</summary>
    public async Task RunAsync()
    {
        client.NoDelay = true;
        using var reader = new WireReader(client, wiring.Options.MaxHeadBytes);
        if (entrance == Entrance.CaptureTls)
        {
            await ServeCapturedTlsAsync(reader).ConfigureAwait(false);
            return;
        }

        HostName? captured = null;
        if (entrance == Entrance.CaptureHttp && !TryFindName(out captured))
        {
            await RefuseAsync(session?.Id, null, "the address was never given to a name").ConfigureAwait(false);
            return;
        }

        var first = wiring.Options.HeadWithin;
        while (await ServeOneAsync(reader, captured, first).ConfigureAwait(false))
        {
            first = wiring.Options.NextRequestWithin;
        }
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

    private async ValueTask<bool> ServeOneAsync(WireReader reader, HostName? captured, TimeSpan first)
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
            _ = RequestHead.TryParse(head, captured, wiring.Options.MaxFields, out request, out problem);
            reader.Advance(length);
        }

        if (request is null)
        {
            await RefuseAsync(session?.Id, captured, problem).ConfigureAwait(false);
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
            await TunnelAsync(request.Destination, id, reader, announce: true).ConfigureAwait(false);
            return false;
        }

        return await new HttpExchange(wiring, this, reader, request).RunAsync(id).ConfigureAwait(false);
    }

    private async ValueTask ServeCapturedTlsAsync(WireReader reader)
    {
        if (session is null || !TryFindName(out var name))
        {
            await RefuseAsync(session?.Id, null, "the address was never given to a name").ConfigureAwait(false);
            return;
        }

        var problem = await new HelloCheck(wiring, reader, name!).RunAsync(ending).ConfigureAwait(false);
        if (problem is not null)
        {
            await RefuseAsync(session.Id, name, problem).ConfigureAwait(false);
            await EndWithAsync(Answers.UnrecognizedName).ConfigureAwait(false);
            return;
        }

        var destination = new Destination(name!, TlsPort, "", "");
        await TunnelAsync(destination, session.Id, reader, announce: false).ConfigureAwait(false);
    }

    private async ValueTask TunnelAsync(Destination to, SessionId id, WireReader reader, bool announce)
    {
        var (seen, authority) = wiring.Monitor.InterceptionOf(id, to.Host, to.Port);
        if (seen != Interception.None)
        {
            await InterceptAsync(to, id, reader, announce, seen, authority).ConfigureAwait(false);
            return;
        }

        var target = new ConnectTarget(to.Host, to.Port);
        var action = new AgentAction
        {
            Session = id,
            Target = target,
            Point = EgressWiring.Point,
        };
        await using var passage = await wiring.Monitor.RequestAsync(action, ending).ConfigureAwait(false);
        if (!passage.Granted)
        {
            var refusal = announce ? Answers.Refused(target, passage.Decision) : Answers.AccessDenied;
            await EndWithAsync(refusal).ConfigureAwait(false);
            return;
        }

        try
        {
            await CarryAsync(to, passage, reader, announce).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Abort();
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, "the session ended")).ConfigureAwait(false);
        }
    }

    // Nothing is dialed here: of what is looked into, each request is decided by itself.
    private async ValueTask InterceptAsync(
        Destination to,
        SessionId id,
        WireReader reader,
        bool announce,
        Interception seen,
        string? authority
    )
    {
        var problem =
            wiring.Interceptor is null ? "its requests would have to be looked at, and this instance can't"
            : seen == Interception.Closed
                ? $"each request to `{to.Host}:{to.Port}` is looked at, and no `http` rule allows any"
            : null;
        if (problem is not null)
        {
            await RefuseAsync(id, to.Host, to.Port, problem).ConfigureAwait(false);
            await EndWithAsync(announce ? Answers.Refused(problem) : Answers.AccessDenied).ConfigureAwait(false);
            return;
        }

        if (announce)
        {
            if (!await client.TrySendAsync(Answers.Established, ending).ConfigureAwait(false))
            {
                return;
            }

            problem = await new HelloCheck(wiring, reader, to.Host).RunAsync(ending).ConfigureAwait(false);
            if (problem is not null)
            {
                await RefuseAsync(id, to.Host, to.Port, problem).ConfigureAwait(false);
                await EndWithAsync(Answers.UnrecognizedName).ConfigureAwait(false);
                return;
            }
        }

        await wiring.Interceptor!.ServeAsync(wiring, this, reader, id, to, authority).ConfigureAwait(false);
    }

    private async ValueTask CarryAsync(Destination to, Passage passage, WireReader reader, bool announce)
    {
        using var revoked = passage.Revoked.UnsafeRegister(static one => ((EgressConnection)one!).Abort(), this);
        var dialed = await wiring
            .Upstream.DialAsync(to.Host, to.Port, passage.Obligations.PrivateAddresses, ending)
            .ConfigureAwait(false);
        if (dialed.Socket is not { } upstream)
        {
            await passage.CompleteAsync(dialed.ToOutcome()).ConfigureAwait(false);
            var answer = announce ? dialed.ToAnswer() : Answers.AccessDenied;
            await EndWithAsync(answer).ConfigureAwait(false);
            return;
        }

        if (
            !TryOwn(upstream)
            || (announce && !await client.TrySendAsync(Answers.Established, ending).ConfigureAwait(false))
        )
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cancelled)).ConfigureAwait(false);
            return;
        }

        var tunnel = new Tunnel(wiring, this, passage, reader, upstream);
        var check = announce ? new HelloCheck(wiring, reader, to.Host) : null;
        var outcome = await tunnel.RunAsync(check, tlsOnly: to.Port == TlsPort).ConfigureAwait(false);
        await passage.CompleteAsync(outcome).ConfigureAwait(false);
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

    private bool TryFindName(out HostName? name)
    {
        name = null;
        return names is not null
            && client.LocalEndPoint is IPEndPoint { Address: var address }
            && names.TryFind(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, out name);
    }

    private ValueTask RefuseAsync(SessionId? id, HostName? host, string problem) =>
        RefuseAsync(id, host, entrance == Entrance.CaptureHttp ? 80 : TlsPort, problem);

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
