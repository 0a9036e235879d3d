using System.Collections.Immutable;
using System.Net.WebSockets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// A WebSocket (RFC 6455) between a caller and the agent. It ends on both sides here, so that no frame, extension or control message of one
/// reaches the other.
/// <code>
/// caller ─ message, whole ─ user's limits ─ monitor: an action of its own ─▶ agent
/// caller ◀─ passage of the connection: inspected, whole ─ message ─ agent
/// </code>
/// Each is read by itself, and joined with what passed before it. A message that is refused, or that guards object to, ends the
/// connection; and so does a caller's credential that holds no longer.
/// </summary>
internal sealed class InboundSocket(
    ReferenceMonitor monitor,
    (HttpMessageInvoker Invoker, Uri Address) upstream,
    InboundOptions options,
    BodiesInFlight bodies,
    CallerStanding standing,
    ProbeFindings? probes,
    TimeProvider clock
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
            var (up, down, lost) = (
                AskAsync(caller, agent, call, session, action, told, over.Token),
                AnswerAsync(agent, caller, call.Turn, passage, told, over.Token),
                standing.LostAsync(context.Request, call.Caller, over.Token)
            );
            if (await Task.WhenAny(up, down, lost).ConfigureAwait(false) == lost)
            {
                told.Refuse(await lost.ConfigureAwait(false));
            }

            await CloseAsync(caller, told).ConfigureAwait(false);
            await CloseAsync(agent, told).ConfigureAwait(false);
            await Task.WhenAny(Task.WhenAll(up, down), Task.Delay(s_closeWithin, over.Token)).ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(up, down, lost).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    // What a message may take, from its first byte to its last.
    private CancellationTokenSource Within() => new(options.BodyWithin, clock);

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
        first.CancelAfter(options.Terms.Limits.FirstByte);
        await agent.ConnectAsync(address, upstream.Invoker, first.Token).ConfigureAwait(false);
    }

    // Each message is asked for as a request of its own is: decided, recorded, inspected, limited.
    private async Task AskAsync(
        WebSocket caller,
        ClientWebSocket agent,
        InboundCall call,
        ServedSession session,
        AgentAction action,
        Told told,
        CancellationToken cancellationToken
    )
    {
        var before = new MessageWindow();
        while (
            await SocketMessage
                .ReceiveAsync(
                    caller,
                    options.Terms.Limits.BodyBytes,
                    bodies.ShareOf(call.Turn, Heading.Out),
                    Within,
                    told.Refuse,
                    cancellationToken
                )
                .ConfigureAwait(false)
                is { } message
        )
        {
            using var held = message;
            if (!call.Turn.TryGoOn())
            {
                told.Refuse("its caller asks more than it may");
                return;
            }

            var one = action with { Payloads = PayloadsOf(message, before) };
            await using var passage = await monitor.RequestAsync(one, cancellationToken).ConfigureAwait(false);
            if (!passage.Granted)
            {
                told.Refuse("a message was refused");
                if (probes is not null && passage.Decision.RetryAfter is null)
                {
                    await probes
                        .CountAsync(session.Session, one, call with { Body = message.Bytes })
                        .ConfigureAwait(false);
                }

                return;
            }

            await SendAsync(agent, message.Bytes, message.IsText, cancellationToken).ConfigureAwait(false);
            before.Pass(message.Bytes.Span);
            Interlocked.Add(ref told.Out, message.Bytes.Length);
            var usage = new Usage { BytesOut = message.Bytes.Length };
            await passage.CompleteAsync(new Outcome(OutcomeKind.Done, "sent", usage)).ConfigureAwait(false);
        }
    }

    private static ImmutableArray<Payload> PayloadsOf(SocketMessage message, MessageWindow before)
    {
        var type = message.IsText ? "text/plain" : "application/octet-stream";
        var itself = new Payload("message", type, message.Bytes);
        var joined = before.With(message.Bytes.Span);
        return joined.Length == 0 ? [itself] : [itself, new Payload("joined", "text/plain", joined)];
    }

    private async Task AnswerAsync(
        ClientWebSocket agent,
        WebSocket caller,
        CallerTurn turn,
        Passage passage,
        Told told,
        CancellationToken cancellationToken
    )
    {
        var before = new MessageWindow();
        while (
            await SocketMessage
                .ReceiveAsync(
                    agent,
                    MaxMessageBytes,
                    bodies.ShareOf(turn, Heading.Back),
                    Within,
                    told.Refuse,
                    cancellationToken
                )
                .ConfigureAwait(false)
                is { } message
        )
        {
            using var held = message;
            if (Interlocked.Add(ref told.In, message.Bytes.Length) > options.Terms.Limits.AnswerBytes)
            {
                told.Refuse("its answers are longer than `serve.limits.response`");
                return;
            }

            if (await InspectAsync(passage, message, cancellationToken).ConfigureAwait(false) is not { } bytes)
            {
                told.Refuse(passage.Objection ?? passage.CutBecause);
                return;
            }

            var joined = before.With(bytes.Span);
            if (joined.Length > 0 && !passage.MayFollow(joined))
            {
                told.Refuse(passage.Objection ?? passage.CutBecause);
                return;
            }

            before.Pass(bytes.Span);
            await SendAsync(caller, bytes, message.IsText, cancellationToken).ConfigureAwait(false);
        }
    }

    // What may be passed on of it; null where nothing may.
    private static async Task<ReadOnlyMemory<byte>?> InspectAsync(
        Passage passage,
        SocketMessage message,
        CancellationToken cancellationToken
    )
    {
        // Text that is JSON is read as JSON is, anything else as text.
        var isJson = message.Bytes.Span is [(byte)'{' or (byte)'[' or (byte)'"', ..];
        passage.Watch(isJson ? "application/json" : "text/plain");
        var first = await passage.InspectAsync(message.Bytes, cancellationToken).ConfigureAwait(false);
        if (first.Verdict is not (InspectionVerdict.Forward or InspectionVerdict.Replace))
        {
            return null;
        }

        var rest = await passage.EndAsync(cancellationToken).ConfigureAwait(false);
        if (rest.Verdict is not (InspectionVerdict.Forward or InspectionVerdict.Replace))
        {
            return null;
        }

        return rest.Bytes.IsEmpty ? first.Bytes
            : first.Bytes.IsEmpty ? rest.Bytes
            : (ReadOnlyMemory<byte>)(byte[])[.. first.Bytes.Span, .. rest.Bytes.Span];
    }

    private static async Task SendAsync(
        WebSocket to,
        ReadOnlyMemory<byte> bytes,
        bool isText,
        CancellationToken cancellationToken
    ) =>
        await to.SendAsync(
                bytes,
                isText ? WebSocketMessageType.Text : WebSocketMessageType.Binary,
                endOfMessage: true,
                cancellationToken
            )
            .ConfigureAwait(false);

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
