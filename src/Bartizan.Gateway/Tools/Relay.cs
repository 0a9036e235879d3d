using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Transport;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// Carries a granted message to its server and the server's messages back, one by one. Whatever a server does, the client
/// gets an answer: the server's own, or an error that says what became of it.
/// </summary>
internal sealed class Relay(
    ToolWiring wiring,
    HttpContext context,
    Session session,
    ToolServer server,
    SessionTools tools,
    AnswerWriter writer
)
{
    private readonly HeldAnswer _held = new(wiring, context, writer, session);

    /// <summary>Sends a request on and passes its answer back. Always answers the client, always ends the call.</summary>
    public async Task ForwardAsync(
        ReadOnlyMemory<byte> body,
        PendingCall call,
        ServerHeaders sent,
        ClientSession? client,
        bool stateless
    )
    {
        var listens = call.Kind == ClientMethod.Listen;
        if (listens && !tools.TryListen())
        {
            await FailAsync(call, 429, "too many streams of this session are open").ConfigureAwait(false);
            return;
        }

        using var limit = new Limits(wiring, context.RequestAborted, session.Revoked);
        try
        {
            if (!listens)
            {
                limit.Begin();
            }

            using var answer = await wiring
                .Servers.SendAsync(
                    session,
                    server,
                    HttpMethod.Post,
                    body,
                    sent with
                    {
                        Passage = call.Passage?.Number ?? 0,
                    },
                    call.Passage?.Obligations.Credential,
                    limit.Token
                )
                .ConfigureAwait(false);
            if (answer.Used is { } used)
            {
                call.Passage?.Uses(used);
            }

            if (answer.Status is < 200 or > 299 || !(answer.IsJson || answer.IsStream))
            {
                await PassStatusAsync(answer, call, client, limit).ConfigureAwait(false);
                return;
            }

            if (call.Kind == ClientMethod.Open && !stateless)
            {
                client = await tools.OpenAsync(server, answer.OpenedSession).ConfigureAwait(false);
            }

            await (
                answer.IsStream
                    ? PassStreamAsync(answer, call, client, limit)
                    : PassMessageAsync(answer, call, client, limit)
            ).ConfigureAwait(false);
            if (call.Kind == ClientMethod.Open && client is { Version: null })
            {
                // They didn't agree: there is no session.
                await tools.CloseAsync(client, OutcomeKind.Failed, "it was never opened").ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            await ExplainAsync(e, call, limit).ConfigureAwait(false);
        }
        finally
        {
            if (listens)
            {
                tools.StopListening();
            }
        }
    }

    /// <summary>Sends a message that has no answer.</summary>
    public async Task SendOnlyAsync(ReadOnlyMemory<byte> body, ServerHeaders sent, PendingCall? question)
    {
        using var limit = new Limits(wiring, context.RequestAborted, session.Revoked);
        try
        {
            limit.Begin();
            if (!await session.WhenRunningAsync(limit.Token).ConfigureAwait(false))
            {
                throw new PassageCutException();
            }

            using var answer = await wiring
                .Servers.SendAsync(session, server, HttpMethod.Post, body, sent, null, limit.Token)
                .ConfigureAwait(false);
            var taken = answer.Status is >= 200 and <= 299;
            if (question is not null)
            {
                await question
                    .EndAsync(taken ? OutcomeKind.Done : OutcomeKind.Failed, $"answered, {answer.Status}")
                    .ConfigureAwait(false);
            }

            await writer
                .WriteJsonAsync(
                    taken ? 202
                        : answer.Status == 404 ? 404
                        : 400,
                    default
                )
                .ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await ExplainAsync(e, question ?? new PendingCall("", "", null, body.Length), limit).ConfigureAwait(false);
        }
    }

    /// <summary>Passes a server's own stream on (GET), and the rest of one that broke off.</summary>
    public async Task ListenAsync(ClientSession client, string? lastEvent)
    {
        var nothing = new PendingCall("", "", null, 0);
        using var limit = new Limits(wiring, context.RequestAborted, session.Revoked);
        client.Enter();
        try
        {
            var sent = new ServerHeaders
            {
                Session = client.ServerSession,
                Version = client.Version,
                LastEvent = lastEvent,
            };
            using var answer = await wiring
                .Servers.SendAsync(session, server, HttpMethod.Get, null, sent, null, limit.Token)
                .ConfigureAwait(false);
            if (answer.Status != 200 || !answer.IsStream)
            {
                await PassStatusAsync(answer, nothing, client, limit).ConfigureAwait(false);
                return;
            }

            var mediation = new Mediation(wiring, session, server, tools, client, answer.Echo);
            Task TellAsync(ReadOnlyMemory<byte> refusal) =>
                wiring.Servers.TellAsync(session, server, client, refusal, limit.Token);
            var listened = new ListenedStream(wiring, tools, writer, mediation, client, TellAsync);
            await listened.PassAsync(answer, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await ExplainAsync(e, nothing, limit).ConfigureAwait(false);
        }
        finally
        {
            client.Leave();
        }
    }

    /// <summary>Ends an MCP session on both sides.</summary>
    public async Task EndAsync(ClientSession client)
    {
        await tools.CloseAsync(client, OutcomeKind.Cancelled, "the client ended its MCP session").ConfigureAwait(false);
        if (client.ServerSession is null)
        {
            await writer.WriteJsonAsync(200, default).ConfigureAwait(false);
            return;
        }

        using var limit = new Limits(wiring, context.RequestAborted, session.Revoked);
        try
        {
            limit.Begin();
            var sent = new ServerHeaders { Session = client.ServerSession, Version = client.Version };
            using var answer = await wiring
                .Servers.SendAsync(session, server, HttpMethod.Delete, null, sent, null, limit.Token)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            // Ours is ended; the server's ends by its own time.
        }

        await writer.WriteJsonAsync(200, default).ConfigureAwait(false);
    }

    private async Task PassMessageAsync(ServerAnswer answer, PendingCall call, ClientSession? client, Limits limit)
    {
        using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
        var body = await answer.OpenAsync(limit.Token).ConfigureAwait(false);
        while (await buffer.FillAsync(body, limit.Token).ConfigureAwait(false))
        {
            limit.Heard();
        }

        limit.Hold();
        var mediation = new Mediation(wiring, session, server, tools, client, answer.Echo);
        var taken = await _held.TakeAsync(mediation, buffer.Filled, call, client, limit.Token).ConfigureAwait(false);
        if (taken.Answered is null)
        {
            await FailAsync(call, 200, "the server's answer can't be read, or is for another request")
                .ConfigureAwait(false);
            return;
        }

        await writer
            .WriteJsonAsync(200, taken.Bytes, call.Kind == ClientMethod.Open ? client?.Id : null)
            .ConfigureAwait(false);
    }

    private async Task PassStreamAsync(ServerAnswer answer, PendingCall call, ClientSession? client, Limits limit)
    {
        using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
        var body = await answer.OpenAsync(limit.Token).ConfigureAwait(false);
        await using var events = new EventReader(body, buffer, limit.Token);
        var mediation = new Mediation(wiring, session, server, tools, client, answer.Echo);
        writer.BeginStream(client?.Id);
        var (resumable, unflushed, begun) = (false, true, false);
        try
        {
            while (true)
            {
                var next = events.NextAsync();
                if (!begun && !next.IsCompleted)
                {
                    await ((Task)next)
                        .WaitAsync(HeldAnswer.SendWithin, wiring.Clock)
                        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                begun = true;
                if (unflushed && (!next.IsCompleted || writer.IsFull))
                {
                    limit.Deliver();
                    await writer.FlushAsync(limit.Token).ConfigureAwait(false);
                    unflushed = false;
                    limit.Heard();
                }

                if (!await next.ConfigureAwait(false))
                {
                    break;
                }

                limit.Hold();
                resumable |= events.Id is not null && client is not null;
                var taken = events.Data.IsEmpty
                    ? default
                    : await _held
                        .TakeAsync(mediation, events.Data, call, client, limit.Token, unflushed)
                        .ConfigureAwait(false);
                if (!taken.Refusal.IsEmpty)
                {
                    await wiring
                        .Servers.TellAsync(session, server, client!, taken.Refusal, limit.Token)
                        .ConfigureAwait(false);
                }

                // What is left out still moves the place from which the stream goes on.
                if (!taken.Bytes.IsEmpty || events.Id is not null || events.Retry is not null)
                {
                    writer.WriteEvent(events.Id, events.Retry, taken.Bytes.Span);
                    unflushed = true;
                }

                if (taken.Answered == call)
                {
                    // The last that this stream carries; what a server adds to it is nobody's.
                    return;
                }

                limit.Heard();
            }
        }
        catch (Exception e) when (resumable && IsBrokenOff(e, limit))
        {
            // As an end without an answer.
        }

        if (!resumable || !await client!.WaitForAsync(call, wiring.Options.ResumeWithin).ConfigureAwait(false))
        {
            await FailAsync(call, 200, "the server ended its stream without an answer").ConfigureAwait(false);
        }
    }

    // The client, or the way to the server, went away: by the last event's id the client can come back for the rest.
    private bool IsBrokenOff(Exception e, Limits limit) =>
        !session.Revoked.IsCancellationRequested
        && !limit.IsReached
        && (e is IOException or HttpRequestException || context.RequestAborted.IsCancellationRequested);

    // An answer that is no success, or none of the protocol.
    private async Task PassStatusAsync(ServerAnswer answer, PendingCall call, ClientSession? client, Limits limit)
    {
        var status = answer.Status;
        if (status == 404 && client?.ServerSession is not null && call.Kind != ClientMethod.Open)
        {
            await tools
                .CloseAsync(client, OutcomeKind.Unknown, "the server ended its MCP session")
                .ConfigureAwait(false);
            // A client of all servers goes on with the others.
            var error = client.Join is null
                ? new RpcError(RpcError.NoSuchSession, "Session not found")
                : new RpcError(RpcError.Failed, $"Bartizan: `{server.Name}` ended its session; ask again.");
            await call.EndAsync(OutcomeKind.Failed, "404").ConfigureAwait(false);
            await writer.WriteErrorAsync(client.Join is null ? 404 : 200, error, call.Id).ConfigureAwait(false);
            return;
        }

        if (status is >= 400 and < 500 && answer.IsJson && call.Id.Length > 0)
        {
            using var buffer = new AnswerBuffer(tools, wiring.Options.MaxAnswerBytes);
            var body = await answer.OpenAsync(limit.Token).ConfigureAwait(false);
            while (await buffer.FillAsync(body, limit.Token).ConfigureAwait(false)) { }

            limit.Hold();
            var mediation = new Mediation(wiring, session, server, tools, null, answer.Echo);
            var taken = await _held.TakeAsync(mediation, buffer.Filled, call, null, limit.Token).ConfigureAwait(false);
            if (taken.Answered is not null && status is not (401 or 403 or 407))
            {
                await writer.WriteJsonAsync(status, taken.Bytes).ConfigureAwait(false);
                return;
            }
        }

        if (status is 429 or 503 && answer.RetryAfter is { } when && !writer.IsStreaming)
        {
            context.Response.Headers.RetryAfter = when;
        }

        var (shown, says) = ServerFault.Of(status, server);
        await FailAsync(call, shown, says).ConfigureAwait(false);
    }

    private async Task ExplainAsync(Exception e, PendingCall call, Limits limit)
    {
        if (e is PassageCutException || session.Revoked.IsCancellationRequested)
        {
            await call.EndAsync(OutcomeKind.Cut, "cut").ConfigureAwait(false);
            context.Abort();
            return;
        }

        if (context.RequestAborted.IsCancellationRequested)
        {
            await call.EndAsync(OutcomeKind.Cancelled, "the client went away").ConfigureAwait(false);
            context.Abort();
            return;
        }

        var says = ServerFault.Of(e, limit.IsReached, server.Name);
        await FailAsync(call, 200, says, ServerFault.DetailOf(e, says)).ConfigureAwait(false);
    }

    private async Task FailAsync(PendingCall call, int status, string says, string? detail = null)
    {
        await call.EndAsync(OutcomeKind.Failed, detail ?? says).ConfigureAwait(false);
        try
        {
            // A client that opens a session, or listens, looks at the status; one that calls looks at the message.
            var shown = status == 200 && (call.Id.Length == 0 || call.Kind == ClientMethod.Open) ? 502 : status;
            await writer
                .WriteErrorAsync(shown, new RpcError(RpcError.Failed, $"Bartizan: {says}."), call.Id)
                .ConfigureAwait(false);
        }
        catch (Exception)
        {
            context.Abort();
        }
    }
}
