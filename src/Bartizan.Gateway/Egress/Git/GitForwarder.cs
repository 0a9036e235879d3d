using System.Runtime.CompilerServices;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress.Git;

/// <summary>
/// Git over SSH without the agent holding a key: inside, Git speaks its own protocol to the proxy; outside, OpenSSH speaks to the host,
/// whose key the manifest pins.
/// <code>
/// git ── git://127.0.0.1:3128/NAME/repository ── 1 read one line, strictly
///                                                2 the manifest's host NAME
///                                                3 monitor.RequestAsync: tool NAME/fetch | NAME/push { repository }
///                                                4 resolve, vet, dial
///                                                5 lend the key to an agent of OpenSSH's, start ssh over the socket
///                                                6 copy, until an end, an idle time, a revocation ──────────── host
/// </code>
/// </summary>
public sealed class GitForwarder(ICredentialLender lender)
{
    /// <summary>The first byte of a request: its length is less than four kilobytes.</summary>
    internal const byte FirstByte = (byte)'0';

    /// <summary>Connections of one session at once, each of two processes; a clone with submodules opens as many as it has jobs.</summary>
    private const int MaxAtOnce = 8;

    private readonly ConditionalWeakTable<Session, StrongBox<int>> _open = [];

    /// <summary>Serves one connection to its end.</summary>
    internal async ValueTask ServeAsync(
        EgressWiring wiring,
        EgressConnection connection,
        WireReader reader,
        Session session
    )
    {
        // 1 read
        var (request, problem) = await ReadAsync(wiring, reader, connection.Ending).ConfigureAwait(false);

        // 2 which host
        GitHost? host = null;
        if (request is not null && !session.Manifest.Git.TryGetValue(request.Host, out host))
        {
            problem = "the manifest has no such Git host";
        }

        if (request is null || host is null)
        {
            await connection.RefuseAsync(session.Id, null, TunnelOpening.TlsPort, problem).ConfigureAwait(false);
            await connection.EndWithAsync(GitAnswers.Error(problem)).ConfigureAwait(false);
            return;
        }

        await RequestAsync(wiring, connection, reader, new GitCall(session, host, request)).ConfigureAwait(false);
    }

    private static async ValueTask<(GitRequest? Request, string Problem)> ReadAsync(
        EgressWiring wiring,
        WireReader reader,
        CancellationToken cancellationToken
    )
    {
        using var limit = new CancellationTokenSource(wiring.Options.HeadWithin, wiring.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var length = 0;
        try
        {
            if (!await NeedAsync(reader, GitRequest.LengthBytes, either.Token).ConfigureAwait(false))
            {
                return (null, "the request of Git is not complete");
            }

            length = GitRequest.LengthOf(reader.Buffered.Span[..GitRequest.LengthBytes]);
            if (length == 0)
            {
                return (null, "it is no request of Git's protocol");
            }

            if (!await NeedAsync(reader, length, either.Token).ConfigureAwait(false))
            {
                return (null, "the request of Git is not complete");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, "the request of Git came too slowly");
        }

        var request = GitRequest.Parse(reader.Buffered.Span[..length], out var problem);
        reader.Advance(length);
        return (request, problem);
    }

    private static async ValueTask<bool> NeedAsync(WireReader reader, int bytes, CancellationToken cancellationToken)
    {
        while (reader.Buffered.Length < bytes)
        {
            if (!await reader.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    private async ValueTask RequestAsync(
        EgressWiring wiring,
        EgressConnection connection,
        WireReader reader,
        GitCall call
    )
    {
        // 3 decide
        var arguments = JsonSerializer.SerializeToElement(
            new Dictionary<string, string>(StringComparer.Ordinal) { [GitHost.Argument] = call.Request.Repository }
        );
        var action = new AgentAction
        {
            Session = call.Session.Id,
            Target = new ToolTarget(call.Host.Name, call.Request.Tool),
            Point = EgressWiring.Point,
            Arguments = arguments,
            Payloads = [new Payload("arguments", "application/json", JsonSerializer.SerializeToUtf8Bytes(arguments))],
        };
        await using var passage = await wiring.Monitor.RequestAsync(action, connection.Ending).ConfigureAwait(false);
        if (!passage.Granted)
        {
            var (_, text) = Answers.TextOf(action.Target, passage.Decision);
            await connection.EndWithAsync(GitAnswers.Error(text)).ConfigureAwait(false);
            return;
        }

        using var revoked = passage.Revoked.UnsafeRegister(static one => ((EgressConnection)one!).Abort(), connection);
        var open = _open.GetOrCreateValue(call.Session);
        Outcome outcome;
        try
        {
            outcome =
                Interlocked.Increment(ref open.Value) > MaxAtOnce
                    ? await RefuseAsync(connection).ConfigureAwait(false)
                    : await CarryAsync(wiring, connection, reader, call, passage).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
            outcome = new Outcome(OutcomeKind.Cut, "the session ended");
        }
        finally
        {
            Interlocked.Decrement(ref open.Value);
        }

        await passage.CompleteAsync(outcome).ConfigureAwait(false);
    }

    private static async ValueTask<Outcome> RefuseAsync(EgressConnection connection)
    {
        var problem = $"more than {MaxAtOnce} connections of Git at once";
        await connection.EndWithAsync(GitAnswers.Error(problem)).ConfigureAwait(false);
        return new Outcome(OutcomeKind.Cut, problem);
    }

    private async ValueTask<Outcome> CarryAsync(
        EgressWiring wiring,
        EgressConnection connection,
        WireReader reader,
        GitCall call,
        Passage passage
    )
    {
        // 4 dial. The operator named the host: it may be a private one, as an upstream of models may.
        var dialed = await wiring
            .Upstream.DialAsync(call.Host.Host, call.Host.Port, privateAddresses: true, connection.Ending)
            .ConfigureAwait(false);
        if (dialed.Socket is not { } upstream)
        {
            await connection.EndWithAsync(GitAnswers.Error(dialed.Problem)).ConfigureAwait(false);
            return dialed.ToOutcome();
        }

        if (!connection.TryOwn(upstream))
        {
            return new Outcome(OutcomeKind.Cancelled);
        }

        // 5 lend, start
        ILease lease;
        try
        {
            lease = await lender
                .LendAsync(call.Session.Id, call.Host.Credential, call.Host.Address, connection.Ending)
                .ConfigureAwait(false);
        }
        catch (CredentialUnavailableException e)
        {
            await connection
                .EndWithAsync(GitAnswers.Error($"the credential of `{call.Host.Name}` can't be had"))
                .ConfigureAwait(false);
            return new Outcome(OutcomeKind.Failed, e.Message);
        }

        using (lease)
        {
            passage.Uses(lease.Handle);
            try
            {
                using var ssh = await SshConnection
                    .OpenAsync(call.Host, call.Request, upstream, lease, connection.Ending)
                    .ConfigureAwait(false);

                // 6 copy
                return await new GitCopy(wiring, connection, reader, passage, ssh, call.Request.Tool == GitHost.Push)
                    .RunAsync(call.Host.Name)
                    .ConfigureAwait(false);
            }
            catch (SshUnusableException e)
            {
                await connection
                    .EndWithAsync(GitAnswers.Error($"`{call.Host.Name}` can't be opened; the log says why"))
                    .ConfigureAwait(false);
                return new Outcome(OutcomeKind.Failed, e.Message);
            }
        }
    }

    private sealed record GitCall(Session Session, GitHost Host, GitRequest Request);
}
