using System.Net.WebSockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// A WebSocket (RFC 6455) between a caller and the agent. It ends on both sides here, so that no frame, extension or control message of one
/// reaches the other.
/// <code>
/// caller ─ message, whole ─ user's limits ─ monitor: an action of its own ─▶ agent
/// caller ◀─ passage of the connection: inspected, whole ─ message ─ agent
/// </code>
/// A message that is refused, or that guards object to, ends the connection.
/// </summary>
internal sealed class InboundSocket(
    ReferenceMonitor monitor,
    (HttpMessageInvoker Invoker, Uri Address) upstream,
    ServeSection terms,
    CallerTurns users
)
{
    /// <summary>A message of the agent: it is held until it is whole.</summary>
    public const int MaxMessageBytes = 16 << 20;

    /// <summary>The longest list of subprotocols that is passed on.</summary>
    private const int MaxProtocols = 16;

    private static readonly TimeSpan s_closeWithin = TimeSpan.FromSeconds(5);

    /// <summary>Carries it until one side ends it; never throws for what either does.</summary>
    public async Task<Outcome> CarryAsync(
        HttpContext context,
        InboundCall call,
        ServedSession session,
        AgentAction action,
        Passage passage,
        CancellationToken cancellationToken
    )
    {
        var told = new Told();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, passage.Revoked);
        using var agent = new ClientWebSocket();
        try
        {
            await ConnectAsync(agent, context.Request, call, session, over.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            var unavailable = AgentUnavailableException.In(e);
            var status = unavailable?.Status ?? StatusCodes.Status502BadGateway;
            await InboundProblem.WriteAsync(context, status, call.Id).ConfigureAwait(false);
            return new Outcome(OutcomeKind.Failed, unavailable?.Message ?? "the agent takes no WebSocket there");
        }

        using var caller = await context
            .WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext { SubProtocol = agent.SubProtocol })
            .ConfigureAwait(false);
        try
        {
            var (up, down) = (
                AskAsync(caller, agent, call, action, told, over.Token),
                AnswerAsync(agent, caller, passage, told, over.Token)
            );
            await Task.WhenAny(up, down).ConfigureAwait(false);
            await CloseAsync(caller, told).ConfigureAwait(false);
            await CloseAsync(agent, told).ConfigureAwait(false);
            await Task.WhenAny(Task.WhenAll(up, down), Task.Delay(s_closeWithin, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(up, down).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception)
        {
            told.Because ??= "it was cut";
        }

        var isOver = passage.Revoked.IsCancellationRequested;
        told.Because ??= isOver ? "the session is over" : null;
        var kind =
            isOver || told.IsRefused ? OutcomeKind.Cut
            : told.Because is null ? OutcomeKind.Done
            : OutcomeKind.Failed;
        return new Outcome(
            kind,
            told.Because ?? "closed",
            new Usage { BytesOut = Interlocked.Read(ref told.Out), BytesIn = Interlocked.Read(ref told.In) }
        );
    }

    private async Task ConnectAsync(
        ClientWebSocket agent,
        HttpRequest request,
        InboundCall call,
        ServedSession session,
        CancellationToken cancellationToken
    )
    {
        agent.Options.KeepAliveInterval = InboundServer.PingEvery;
        foreach (var (name, value) in InboundForwarder.HeadersOf(call, session))
        {
            agent.Options.SetRequestHeader(name, value);
        }

        foreach (
            var protocol in request
                .Headers.SecWebSocketProtocol.SelectMany(said =>
                    (said ?? "").Split(',', StringSplitOptions.TrimEntries)
                )
                .Where(said => said.Length > 0)
                .Distinct(StringComparer.Ordinal)
                .Take(MaxProtocols)
        )
        {
            agent.Options.AddSubProtocol(protocol);
        }

        var address = InboundForwarder.AddressOf(
            upstream.Address,
            call,
            upstream.Address.Scheme == "https" ? "wss" : "ws"
        );
        using var first = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        first.CancelAfter(terms.Limits.FirstByte);
        await agent.ConnectAsync(address, upstream.Invoker, first.Token).ConfigureAwait(false);
    }

    // Each message is asked for as a request of its own is: decided, recorded, inspected, limited.
    private async Task AskAsync(
        WebSocket caller,
        ClientWebSocket agent,
        InboundCall call,
        AgentAction action,
        Told told,
        CancellationToken cancellationToken
    )
    {
        while (
            await ReceiveAsync(caller, terms.Limits.BodyBytes, told, cancellationToken).ConfigureAwait(false)
                is { } message
        )
        {
            if (!users.TryGoOn(call.Turn))
            {
                told.Refuse("its caller asks more than it may");
                return;
            }

            var type = message.IsText ? "text/plain" : "application/octet-stream";
            var one = action with { Payloads = [new Payload("message", type, message.Bytes)] };
            await using var passage = await monitor.RequestAsync(one, cancellationToken).ConfigureAwait(false);
            if (!passage.Granted)
            {
                told.Refuse("a message was refused");
                return;
            }

            await SendAsync(agent, message.Bytes, message.IsText, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref told.Out, message.Bytes.Length);
            var usage = new Usage { BytesOut = message.Bytes.Length };
            await passage.CompleteAsync(new Outcome(OutcomeKind.Done, "sent", usage)).ConfigureAwait(false);
        }
    }

    private async Task AnswerAsync(
        ClientWebSocket agent,
        WebSocket caller,
        Passage passage,
        Told told,
        CancellationToken cancellationToken
    )
    {
        while (await ReceiveAsync(agent, MaxMessageBytes, told, cancellationToken).ConfigureAwait(false) is { } message)
        {
            if (Interlocked.Add(ref told.In, message.Bytes.Length) > terms.Limits.AnswerBytes)
            {
                told.Refuse("its answers are longer than `serve.limits.response`");
                return;
            }

            // Text that is JSON is read as JSON is, anything else as text.
            var isJson = message.Bytes.Length > 0 && message.Bytes[0] is (byte)'{' or (byte)'[' or (byte)'"';
            passage.Watch(isJson ? "application/json" : "text/plain");
            var bytes = new List<byte>(message.Bytes.Length);
            foreach (
                var inspection in (Inspection[])
                    [
                        await passage.InspectAsync(message.Bytes, cancellationToken).ConfigureAwait(false),
                        await passage.EndAsync(cancellationToken).ConfigureAwait(false),
                    ]
            )
            {
                if (inspection.Verdict is not (InspectionVerdict.Forward or InspectionVerdict.Replace))
                {
                    told.Refuse(passage.Objection ?? passage.CutBecause);
                    return;
                }

                bytes.AddRange(inspection.Bytes.Span);
            }

            await SendAsync(caller, bytes.ToArray(), message.IsText, cancellationToken).ConfigureAwait(false);
        }
    }

    private static Task SendAsync(WebSocket to, byte[] bytes, bool isText, CancellationToken cancellationToken) =>
        to.SendAsync(
            bytes,
            isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary,
            endOfMessage: true,
            cancellationToken
        );

    // Null when the other side ends it.
    private static async Task<(byte[] Bytes, bool IsText)?> ReceiveAsync(
        WebSocket from,
        long most,
        Told told,
        CancellationToken cancellationToken
    )
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 << 10];
        while (true)
        {
            ValueWebSocketReceiveResult part;
            try
            {
                part = await from.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
            }
            catch (WebSocketException)
            {
                return null;
            }

            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (whole.Length + part.Count > most)
            {
                told.Refuse("a message is longer than is taken");
                return null;
            }

            whole.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return (whole.ToArray(), part.MessageType == WebSocketMessageType.Text);
            }
        }
    }

    private static async Task CloseAsync(WebSocket socket, Told told)
    {
        using var limit = new CancellationTokenSource(s_closeWithin);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                var status = told.IsRefused ? WebSocketCloseStatus.PolicyViolation : WebSocketCloseStatus.NormalClosure;
                await socket.CloseOutputAsync(status, null, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // It is gone.
        }
    }

    private sealed class Told
    {
        public long In;

        public long Out;

        public string? Because { get; set; }

        public bool IsRefused { get; private set; }

        public void Refuse(string why)
        {
            Because ??= why;
            IsRefused = true;
        }
    }
}
