using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// Steps 3 to 8 for a tunnel, however it was asked for: by CONNECT, by SOCKS5, or by being captured. One way for all, so that none of them
/// reaches more than another.
/// </summary>
internal sealed class TunnelOpening(
    EgressWiring wiring,
    EgressConnection connection,
    WireReader reader,
    SessionId id,
    Opening opening
)
{
    /// <summary>The port that is for TLS and nothing else.</summary>
    public const int TlsPort = 443;

    private bool Unchecked => opening != Opening.Captured;

    /// <summary>Decides it and carries it to its end.</summary>
    public async ValueTask RunAsync(Destination to)
    {
        var host = wiring.Monitor.InterceptionOf(id, to.Host, to.Port);
        if (host.Seen != Interception.None || host.Terms.KeepsCookies)
        {
            await InterceptAsync(to, host).ConfigureAwait(false);
            return;
        }

        var target = new ConnectTarget(to.Host, to.Port);
        var action = new AgentAction
        {
            Session = id,
            Target = target,
            Point = EgressWiring.Point,
        };
        await using var passage = await wiring.Monitor.RequestAsync(action, connection.Ending).ConfigureAwait(false);
        if (!passage.Granted)
        {
            await EndWithAsync(opening.Refused(target, passage.Decision)).ConfigureAwait(false);
            return;
        }

        try
        {
            await CarryAsync(to, passage).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, "the session ended")).ConfigureAwait(false);
        }
    }

    // Nothing is dialed here: of what is looked into, each request is decided by itself.
    private async ValueTask InterceptAsync(Destination to, SeenHost host)
    {
        var problem =
            wiring.Interceptor is null ? "its requests would have to be looked at, and this instance can't"
            : host.Seen == Interception.Closed
                ? $"each request to `{to.Host}:{to.Port}` is looked at, and no `http` rule allows any"
            : host.Seen == Interception.None
                ? $"the manifest keeps the cookies of `{to.Host}` outside the sandbox, and no rule has its requests looked at: name methods or a path in an `http` rule for it"
            : null;
        if (problem is not null)
        {
            await connection.RefuseAsync(id, to.Host, to.Port, problem).ConfigureAwait(false);
            await EndWithAsync(opening.Refused(problem)).ConfigureAwait(false);
            return;
        }

        if (Unchecked)
        {
            if (!await AnnounceAsync().ConfigureAwait(false))
            {
                return;
            }

            problem = await new HelloCheck(wiring, reader, to.Host).RunAsync(connection.Ending).ConfigureAwait(false);
            if (problem is not null)
            {
                await connection.RefuseAsync(id, to.Host, to.Port, problem).ConfigureAwait(false);
                await connection.EndWithAsync(Answers.UnrecognizedName).ConfigureAwait(false);
                return;
            }
        }

        await wiring.Interceptor!.ServeAsync(wiring, connection, reader, id, to, host).ConfigureAwait(false);
    }

    private async ValueTask CarryAsync(Destination to, Passage passage)
    {
        using var revoked = passage.Revoked.UnsafeRegister(static one => ((EgressConnection)one!).Abort(), connection);
        var dialed = await wiring
            .Upstream.DialAsync(to.Host, to.Port, passage.Obligations.PrivateAddresses, connection.Ending)
            .ConfigureAwait(false);
        if (dialed.Socket is not { } upstream)
        {
            await passage.CompleteAsync(dialed.ToOutcome()).ConfigureAwait(false);
            await EndWithAsync(opening.NotDialed(dialed)).ConfigureAwait(false);
            return;
        }

        if (!connection.TryOwn(upstream) || !await AnnounceAsync().ConfigureAwait(false))
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cancelled)).ConfigureAwait(false);
            return;
        }

        var tunnel = new Tunnel(wiring, connection, passage, reader, upstream);
        var check = Unchecked ? new HelloCheck(wiring, reader, to.Host) : null;
        var outcome = await tunnel.RunAsync(check, tlsOnly: to.Port == TlsPort).ConfigureAwait(false);
        await passage.CompleteAsync(outcome).ConfigureAwait(false);
    }

    // Who asked by no protocol of ours is told in its own, where its first bytes say which; one that waits to be spoken to is reset.
    private async ValueTask EndWithAsync(ReadOnlyMemory<byte> answer)
    {
        if (opening == Opening.Dialed)
        {
            await reader
                .WaitAsync(wiring.Options.FirstBytesWithin, wiring.Clock, connection.Ending)
                .ConfigureAwait(false);
            var first = reader.Buffered.Span;
            if (ClientHello.LooksLikeTls(first))
            {
                answer = Answers.AccessDenied;
            }
            else if (!RequestHead.LooksLikeHttp(first))
            {
                connection.Abort();
                return;
            }
        }

        await connection.EndWithAsync(answer).ConfigureAwait(false);
    }

    private ValueTask<bool> AnnounceAsync() => connection.Client.TrySendAsync(opening.Established(), connection.Ending);
}
