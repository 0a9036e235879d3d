using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools.Joined;

/// <summary>
/// Asks one server one thing that isn't an action, for an answer that is made of several servers'. What the server does wrong
/// is a fault of its own: it is recorded, and the others' answers stand.
/// </summary>
internal sealed class PartFetch(ToolWiring wiring, HttpContext context, Session session, SessionTools tools)
{
    private static int _asked;

    /// <summary>The server's MCP session of a joined one, opened when there is none yet; null when it gives none.</summary>
    public async Task<PartOpening> OpenAsync(JoinedSession joined, ToolServer server)
    {
        if (joined.Parts.TryGetValue(server.Name, out var known))
        {
            return new PartOpening(known, default);
        }

        var one = joined.Opens.GetOrAdd(server.Name, static _ => new SemaphoreSlim(1, 1));
        await one.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            if (joined.Parts.TryGetValue(server.Name, out known) || joined.IsMissing(server.Name))
            {
                return new PartOpening(known, default);
            }

            ClientSession? part = null;
            var answer = await AskAsync(
                    server,
                    Methods.Initialize,
                    joined.Opening,
                    new ServerHeaders(),
                    opened => part = new ClientSession(joined.Id, server, opened, wiring.Clock) { Join = joined }
                )
                .ConfigureAwait(false);
            if (answer.Fault is not null || part?.Version is null)
            {
                joined.Miss(server.Name);
                await RecordAsync(server, Methods.Initialize, answer.Fault ?? "they agreed on no version")
                    .ConfigureAwait(false);
                return default;
            }

            await TellAsync(part, JoinedMessage.Notification(Methods.Initialized)).ConfigureAwait(false);
            joined.Join(part);
            return new PartOpening(part, answer.Result);
        }
        finally
        {
            one.Release();
        }
    }

    /// <summary>Asks; what comes meanwhile and is no answer is nobody's.</summary>
    public async Task<PartAnswer> AskAsync(
        ToolServer server,
        string method,
        ReadOnlyMemory<byte> inner,
        ServerHeaders sent,
        Func<string?, ClientSession?> partOf
    )
    {
        using var late = new CancellationTokenSource(wiring.Options.JoinWithin, wiring.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            session.Revoked,
            late.Token
        );
        var call = new PendingCall(NewId(), method, null, inner.Length);
        try
        {
            using var answer = await wiring
                .Servers.SendAsync(
                    session,
                    server,
                    HttpMethod.Post,
                    JoinedMessage.Request(call.Id, method, inner),
                    sent,
                    null,
                    limit.Token
                )
                .ConfigureAwait(false);
            var part = partOf(answer.OpenedSession);
            if (answer.Status == 404 && part?.ServerSession is not null && method != Methods.Initialize)
            {
                await tools
                    .CloseAsync(part, OutcomeKind.Unknown, "the server ended its MCP session")
                    .ConfigureAwait(false);
                return new PartAnswer(default, "it ended its MCP session");
            }

            if (answer.Status is < 200 or > 299 || !(answer.IsJson || answer.IsStream))
            {
                // Of the stateless era a method that a server hasn't is told by the status too.
                return new PartAnswer(default, ServerFault.Of(answer.Status, server.Name).Says)
                {
                    IsRefusal = answer is { Status: 400 or 404, IsJson: true },
                };
            }

            return await ReadAsync(answer, server, call, part, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!late.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            return new PartAnswer(default, ServerFault.Of(e, late.IsCancellationRequested, server.Name));
        }
    }

    /// <summary>Tells a server something of which nothing comes back; that it can't be told is no fault of the client's.</summary>
    public async Task TellAsync(ClientSession part, ReadOnlyMemory<byte> message, HttpMethod? method = null)
    {
        using var late = new CancellationTokenSource(wiring.Options.JoinWithin, wiring.Clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(session.Revoked, late.Token);
        try
        {
            using var answer = await wiring
                .Servers.SendAsync(
                    session,
                    part.Server,
                    method ?? HttpMethod.Post,
                    message.IsEmpty ? null : message,
                    HeadersOf(part),
                    null,
                    limit.Token
                )
                .ConfigureAwait(false);
        }
        catch (Exception) when (!session.Revoked.IsCancellationRequested)
        {
            // The next thing that is asked of it will say so.
        }
    }

    /// <summary>Records that a server is left out of an answer.</summary>
    public ValueTask RecordAsync(ToolServer server, string method, string reason) =>
        wiring.Monitor.RefuseAsync(
            new AgentAction
            {
                Session = session.Id,
                Target = new ToolTarget(server.Name, method),
                Point = Mediation.Point,
            },
            $"left out where all servers are one: {reason}"
        );

    /// <summary>The headers of what is sent within a server's MCP session.</summary>
    public static ServerHeaders HeadersOf(ClientSession part) =>
        new() { Session = part.ServerSession, Version = part.Version };

    private async Task<PartAnswer> ReadAsync(
        ServerAnswer answer,
        ToolServer server,
        PendingCall call,
        ClientSession? part,
        CancellationToken cancellationToken
    )
    {
        using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
        var body = await answer.OpenAsync(cancellationToken).ConfigureAwait(false);
        var mediation = new Mediation(wiring, session, server, tools, part, answer.Echo);
        if (!answer.IsStream)
        {
            while (await buffer.FillAsync(body, cancellationToken).ConfigureAwait(false)) { }

            var whole = await mediation.TakeAsync(buffer.Filled, call, cancellationToken).ConfigureAwait(false);
            return ReadAnswer(whole, call);
        }

        await using var events = new EventReader(body, buffer, cancellationToken);
        while (await events.NextAsync().ConfigureAwait(false))
        {
            var taken = events.Data.IsEmpty
                ? default
                : await mediation.TakeAsync(events.Data, call, cancellationToken).ConfigureAwait(false);
            if (!taken.Refusal.IsEmpty)
            {
                await TellAsync(part!, taken.Refusal).ConfigureAwait(false);
            }

            if (taken.Answered == call)
            {
                return ReadAnswer(taken, call);
            }
        }

        return ReadAnswer(default, call);
    }

    private static PartAnswer ReadAnswer(Mediated taken, PendingCall call)
    {
        if (taken.Answered != call)
        {
            return new PartAnswer(default, "its answer can't be read, or is for another request");
        }

        var message = Message.Read(taken.Bytes);
        return message.Kind == MessageKind.Result
            ? new PartAnswer(message.Inner.ToArray(), null)
            : new PartAnswer(default, "it gave no list, or an error") { IsRefusal = IsNoSuchMethod(message.Inner) };
    }

    private static bool IsNoSuchMethod(ReadOnlyMemory<byte> error) =>
        CallParams.Read(error)?.Member("code") is { ValueKind: System.Text.Json.JsonValueKind.Number } code
        && code.TryGetInt32(out var number)
        && number == RpcError.NoSuchMethod;

    // Of no client: what a server says to it once more later is nobody's.
    private static string NewId() =>
        string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"\"bartizan-{Interlocked.Increment(ref _asked)}\""
        );
}
