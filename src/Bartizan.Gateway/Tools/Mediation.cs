using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Joined;
using Bartizan.Gateway.Tools.Keeping;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Tools.Pins;
using Bartizan.Gateway.Tools.Tasks;
using Bartizan.Gateway.Transport;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// Takes what a server sends, message by message, and says what of it the client sees. Answers belong to a call that was let
/// go; what a server asks of the client is an action of its own; what isn't of the protocol is left out.
/// </summary>
internal sealed class Mediation(
    ToolWiring wiring,
    Session session,
    ToolServer server,
    SessionTools tools,
    ClientSession? client,
    KeyEcho echo
)
{
    /// <summary>The enforcement point's name in entries.</summary>
    public const string Point = AgentAction.ToolPoint;

    /// <summary>What the server asks of the client.</summary>
    public InputAsked Input { get; } = new(wiring, session, server);

    private Unasked Unasked => new(wiring.Monitor, session, server);

    private TaskMediation Tasks => new(wiring, server.Name, tools, this);

    /// <summary>Takes one message; <paramref name="own"/> is the call whose answer this stream is for.</summary>
    public ValueTask<Mediated> TakeAsync(Memory<byte> bytes, PendingCall? own, CancellationToken cancellationToken)
    {
        echo.Mask(bytes.Span);
        var message = Message.Read(bytes);
        return message.Kind switch
        {
            MessageKind.Result or MessageKind.Error => AnswerAsync(bytes, message, own, cancellationToken),
            MessageKind.Notification when Methods.IsSaidByServers(message.Method) => SaidAsync(
                bytes,
                message,
                own,
                cancellationToken
            ),
            MessageKind.Request when client is not null => AskAsync(bytes, message, own, cancellationToken),
            _ => new(Mediated.Nothing),
        };
    }

    private ValueTask<Mediated> AnswerAsync(
        ReadOnlyMemory<byte> bytes,
        Message message,
        PendingCall? own,
        CancellationToken cancellationToken
    )
    {
        // An error without an id is about the one request that this stream is for.
        var isOwn =
            own is not null && (own.Id == message.Id || (message.Id.Length == 0 && message.Kind == MessageKind.Error));
        var call = isOwn ? own : client?.Answered(message.Id, Digest.Of(message.Inner.Span));
        if (call is null)
        {
            return new(Mediated.Nothing);
        }

        if (isOwn)
        {
            client?.Remember(call);
        }

        if (message.Id.Length == 0)
        {
            bytes = ServerErrors.MessageOf(call, message.Inner);
        }

        // The answer of a usual call is no list, no opening and no task: there is nothing to be made of it before it is finished.
        return isOwn && call is { Kind: ClientMethod.Call, Task: null, AsksForTask: false, IsStateless: false }
            ? FinishAsync(call, bytes, message, cancellationToken)
            : ReadAsync(call, isOwn, bytes, message, cancellationToken);
    }

    private async ValueTask<Mediated> ReadAsync(
        PendingCall call,
        bool isOwn,
        ReadOnlyMemory<byte> bytes,
        Message message,
        CancellationToken cancellationToken
    )
    {
        var head = message.Kind == MessageKind.Result ? ResultHead.Read(message.Inner.Span) : default;
        if (head.Version is { } version && call.Kind == ClientMethod.Open && client is not null)
        {
            client.Version = SessionEra.IsVersion(version) ? version : null;
        }

        if (message.Kind == MessageKind.Result && call.Kind == ClientMethod.List)
        {
            var filtered = await new ListAnswer(wiring, session, server, tools)
                .FilterAsync(call, message.Inner, stateless: client is null, cancellationToken)
                .ConfigureAwait(false);
            if (filtered is null)
            {
                return await FailAsync(call, "the server's list can't be read").ConfigureAwait(false);
            }

            bytes = filtered.Value;
        }

        if (
            message.Kind == MessageKind.Result
            && call.Method is Methods.Initialize or Methods.Discover
            && tools.Pins.Of(server.Name) is { } seen
        )
        {
            var said = await IdentityFilter
                .FilterAsync(seen, server.Name, call.Id, bytes, message.Inner, cancellationToken)
                .ConfigureAwait(false);
            if (said is null)
            {
                return await FailAsync(call, "what the server says of itself can't be read").ConfigureAwait(false);
            }

            bytes = said.Value;
        }

        if (message.Kind == MessageKind.Result && call.Kind == ClientMethod.Tasks)
        {
            return await Tasks.ListAsync(call, message).ConfigureAwait(false);
        }

        if (call.Task is not null)
        {
            return await Tasks.AnswerAsync(call, bytes, message, cancellationToken).ConfigureAwait(false);
        }

        if (
            message.Kind == MessageKind.Result
            && call.Kind == ClientMethod.Call
            && (call.AsksForTask || (call.IsStateless && head.IsTask))
            && await Tasks.StartAsync(call, message, call.IsStateless, cancellationToken).ConfigureAwait(false)
                is { } started
        )
        {
            return started;
        }

        try
        {
            return await FinishAsync(call, bytes, message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception) when (!isOwn)
        {
            // Whose stream this is knows nothing of the call: nobody else would say how it ended.
            await call.EndAsync(
                    session.Revoked.IsCancellationRequested ? OutcomeKind.Cut : OutcomeKind.Cancelled,
                    "nobody waits for its answer any more"
                )
                .ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>
    /// The end of a call: what it brought is cut down to the fields that are kept, inspected and recorded. A passage that is over
    /// already records nothing again.
    /// </summary>
    public async ValueTask<Mediated> FinishAsync(
        PendingCall call,
        ReadOnlyMemory<byte> bytes,
        Message message,
        CancellationToken cancellationToken
    )
    {
        var head = message.Kind == MessageKind.Result ? ResultHead.Read(message.Inner.Span) : default;
        if (call.Keep is { } keep)
        {
            // One that asks for input first has none yet.
            if (head.NeedsInput || KeptAnswer.Of(call, message, keep) is not { } kept)
            {
                return await FailAsync(call, "the server's answer has no fields that could be kept")
                    .ConfigureAwait(false);
            }

            bytes = kept;
        }

        if (
            head.NeedsInput
            && await Input.RefusedAsync(message.Inner, cancellationToken).ConfigureAwait(false) is { } refused
        )
        {
            await call.EndAsync(OutcomeKind.Cut, refused.Says).ConfigureAwait(false);
            return Mediated.AnswerOf(call, refused.ToMessage(call.Id));
        }

        bytes = await Unasked.AnsweredAsync(call, message, bytes, cancellationToken).ConfigureAwait(false);
        if (bytes.IsEmpty)
        {
            return await FailAsync(call, ServerErrors.KeptBack).ConfigureAwait(false);
        }

        (var shown, var instead) = await InspectAsync(call, bytes, cancellationToken).ConfigureAwait(false);
        if (instead is { } objected)
        {
            return objected;
        }

        var asItCame = shown.Span.SequenceEqual(bytes.Span);
        client?.Passed(call, message.Inner.Span, asItCame);
        if (call.Passage is { } passage)
        {
            await passage
                .CompleteAsync(
                    new Outcome(
                        OutcomeKind.Done,
                        message.Kind == MessageKind.Error ? $"error {ServerErrors.CodeOf(message.Inner)}"
                            : head.IsError ? "the tool failed"
                            : head.NeedsInput ? "it asks for input"
                            : "result",
                        new Usage { BytesOut = call.Bytes, BytesIn = bytes.Length }
                    )
                    {
                        Payloads = [Kept(shown), .. UndoNote.Of(server, passage.Action!, message, head)],
                    }
                )
                .ConfigureAwait(false);
        }

        return Mediated.AnswerOf(call, shown, asItCame);
    }

    /// <summary>Inspects an answer: what of it passes, or what its client hears in its place.</summary>
    public async ValueTask<(ReadOnlyMemory<byte> Shown, Mediated? Instead)> InspectAsync(
        PendingCall call,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return call.Passage is { Granted: true } passage
                ? (Passing(await passage.InspectAnswerAsync(bytes, cancellationToken).ConfigureAwait(false)), null)
                : ((await PassAsync(bytes, null, cancellationToken).ConfigureAwait(false)).Bytes, null);
        }
        catch (PassageCutException) when (call.Passage?.Objection is { } objection)
        {
            // The client hears that there was an answer, and nothing of what it said.
            await call.EndAsync(OutcomeKind.Cut, objection).ConfigureAwait(false);
            var error = new RpcError(RpcError.Failed, ServerErrors.KeptBack);
            return (default, Mediated.AnswerOf(call, error.ToMessage(call.Id)));
        }
    }

    private async ValueTask<Mediated> SaidAsync(
        ReadOnlyMemory<byte> bytes,
        Message message,
        PendingCall? own,
        CancellationToken cancellationToken
    )
    {
        if (message.Method == Methods.ToolsChanged)
        {
            tools.Pins.Of(server.Name)?.Change();
        }

        if (message.Method == Methods.TaskStatus)
        {
            bytes = Tasks.Said(message);
            return bytes.IsEmpty || client?.Join is not null
                ? Mediated.Nothing
                : await PassAsync(bytes, null, cancellationToken).ConfigureAwait(false);
        }

        if (own?.Task is { IsOver: true })
        {
            // Nobody inspects what is said of it any more.
            return Mediated.Nothing;
        }

        bytes = await Unasked.SaidAsync(message, bytes, own, client, cancellationToken).ConfigureAwait(false);
        if (bytes.IsEmpty)
        {
            return Mediated.Nothing;
        }

        message = Message.Read(bytes);

        if (own?.Keep is not null || session.Policy.CouldKeep(server.Name))
        {
            bytes = KeptNotice.Of(message, bytes, own?.Keep is not null);
            if (bytes.IsEmpty)
            {
                return Mediated.Nothing;
            }

            message = Message.Read(bytes);
        }

        var said = client?.Join is null ? bytes : JoinedMessage.Said(server.Name, message, bytes);
        try
        {
            return await PassAsync(said, own?.Under, cancellationToken).ConfigureAwait(false);
        }
        catch (PassageCutException) when (own?.Under?.Objection is not null)
        {
            // Nobody waits for it.
            return Mediated.Nothing;
        }
    }

    // A guard's verdict, and the gate: a paused session's streams are held, a dead one's are cut.
    private async ValueTask<Mediated> PassAsync(
        ReadOnlyMemory<byte> bytes,
        Passage? passage,
        CancellationToken cancellationToken
    )
    {
        if (passage is null || !passage.Granted)
        {
            return await session.WhenRunningAsync(cancellationToken).ConfigureAwait(false)
                ? Mediated.Passed(bytes)
                : throw new PassageCutException();
        }

        return Mediated.Passed(
            Passing(await passage.InspectMessageAsync(bytes, cancellationToken).ConfigureAwait(false))
        );
    }

    // A message is whole: there is nothing to hold a part of it for.
    private static ReadOnlyMemory<byte> Passing(Inspection inspection) =>
        inspection.Verdict is InspectionVerdict.Forward or InspectionVerdict.Replace
            ? inspection.Bytes
            : throw new PassageCutException();

    private async ValueTask<Mediated> AskAsync(
        ReadOnlyMemory<byte> bytes,
        Message message,
        PendingCall? own,
        CancellationToken cancellationToken
    )
    {
        var refusal = new RpcError(RpcError.NoSuchMethod, "the client answers no such request");
        if (client!.Join is not null)
        {
            bytes = JoinedMessage.Asked(server.Name, message);
            if (bytes.IsEmpty)
            {
                return Mediated.Reply(refusal.ToMessage(message.Id));
            }
        }

        if (message.Method == Methods.Ping)
        {
            var id = client.Join is null ? message.Id : JoinedName.IdOf(server.Name, message.Id);
            bytes = await Unasked.PingedAsync(message, id, bytes, cancellationToken).ConfigureAwait(false);
            var ping = new PendingCall(message.Id, message.Method, null, 0);
            return !bytes.IsEmpty && await client.AskAsync(ping, wiring.Options.ResumeWithin).ConfigureAwait(false)
                ? await PassAsync(bytes, null, cancellationToken).ConfigureAwait(false)
                : Mediated.Nothing;
        }

        if (Methods.IsAskedOfClients(message.Method) && CallParams.Read(message.Inner) is { } asked)
        {
            var passage = await Input.RequestAsync(message.Method, asked, cancellationToken).ConfigureAwait(false);
            var question = new PendingCall(message.Id, message.Method, passage, bytes.Length);
            if (passage.Granted && await client.AskAsync(question, wiring.Options.ResumeWithin).ConfigureAwait(false))
            {
                return await PassAsync(bytes, passage, cancellationToken).ConfigureAwait(false);
            }

            await question.EndAsync(OutcomeKind.Failed, "too much is asked at once").ConfigureAwait(false);
        }

        return Mediated.Reply(refusal.ToMessage(message.Id));
    }

    /// <summary>The call failed: its client hears why.</summary>
    public static async ValueTask<Mediated> FailAsync(PendingCall call, string says)
    {
        await call.EndAsync(OutcomeKind.Failed, says).ConfigureAwait(false);
        return Mediated.AnswerOf(call, new RpcError(RpcError.Failed, says).ToMessage(call.Id));
    }

    private Payload Kept(ReadOnlyMemory<byte> bytes) =>
        new("result", "application/json", bytes[..Math.Min(bytes.Length, wiring.Options.KeptAnswerBytes)].ToArray());
}
