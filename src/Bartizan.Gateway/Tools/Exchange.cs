using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Pins;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Answers;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Joined;
using Bartizan.Gateway.Tools.Messages;
using Bartizan.Gateway.Tools.Pins;
using Bartizan.Gateway.Tools.Tasks;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// One message of a client, from its bytes to its answer.
/// <code>
/// bytes ─ 1 read ─ 2 era, session ─ 3 headers = body ─ 4 what is asked ─ 5 monitor ─ 6 server ─ 7 mediate ─ client
///         400      404              400                 refused           refused     error      answer
/// </code>
/// </summary>
internal sealed class Exchange(
    ToolWiring wiring,
    HttpContext context,
    Session session,
    ToolServer server,
    SessionTools tools,
    AnswerWriter? writer = null
)
{
    private const string Unkept = "the labels of what it tells this server can't be kept";

    private readonly AnswerWriter _writer = writer ?? new(context);

    /// <summary>Takes a message that was posted.</summary>
    public Task PostAsync(ReadOnlyMemory<byte> body)
    {
        var reception = new Reception(wiring, context, session, server.Name, _writer);
        var reading = reception.ReadAsync(body);
        if (!reading.IsCompletedSuccessfully)
        {
            return reading.AsTask();
        }

        return reading.Result is { } posted ? PostAsync(reception, posted) : Task.CompletedTask;
    }

    private Task PostAsync(Reception reception, Posted posted)
    {
        var client = posted.IsOfSession ? tools.Find(reception.SessionHeader, server) : null;
        if (posted.IsOfSession && client is null)
        {
            return reception.TellNoSessionAsync(posted).AsTask();
        }

        var holding = reception.HoldsAsync(posted);
        if (!holding.IsCompletedSuccessfully)
        {
            return holding.AsTask();
        }

        return holding.Result ? TakeAsync(posted, client) : Task.CompletedTask;
    }

    /// <summary>Takes a message whose headers are as its body says.</summary>
    public Task TakeAsync(Posted posted, ClientSession? client) =>
        posted.Message.Kind switch
        {
            MessageKind.Request => RequestAsync(posted.Body, posted.Message, posted.Call!, client, posted.Stateless),
            MessageKind.Notification => SayAsync(posted.Body, posted.Message, client, posted.Stateless),
            _ => ReplyAsync(posted.Body, posted.Message, client!),
        };

    private async Task RequestAsync(
        ReadOnlyMemory<byte> body,
        Message message,
        CallParams call,
        ClientSession? client,
        bool stateless
    )
    {
        var kind = Methods.Of(message.Method);
        var name = kind switch
        {
            ClientMethod.Call => call.Text("name"),
            ClientMethod.Act => message.Method,
            ClientMethod.Listen when WatchesResources(call) => Methods.Subscribe,
            _ => null,
        };
        if (kind == ClientMethod.Denied || Methods.IsOfOtherEra(message.Method, stateless))
        {
            await RecordAsync(message.Method, "it is no method that is mediated").ConfigureAwait(false);
            var error = new RpcError(RpcError.NoSuchMethod, "Method not found");
            await _writer.WriteErrorAsync(stateless ? 404 : 200, error, message.Id).ConfigureAwait(false);
            return;
        }

        var task = kind == ClientMethod.Task ? tools.Tasks.Find(server.Name, call.Text("taskId") ?? "") : null;
        if (kind == ClientMethod.Task && (task is null || !task.Takes(message.Method, call)))
        {
            var says = task is null ? "there is no such task" : "it answers what this task has not asked";
            await RecordAsync(message.Method, says).ConfigureAwait(false);
            var error = new RpcError(RpcError.InvalidParams, $"Bartizan: {says}.");
            await _writer.WriteErrorAsync(200, error, message.Id).ConfigureAwait(false);
            return;
        }

        var arguments = kind == ClientMethod.Call ? call.Arguments() : call.ArgumentsOfMethod();
        if (kind == ClientMethod.Call && (name is null || arguments is null || !ToolName.IsUsable(name)))
        {
            await RecordAsync(ToolName.IsUsable(name ?? "") ? name! : "?", "its name or arguments are none of a tool's")
                .ConfigureAwait(false);
            var error = new RpcError(RpcError.InvalidParams, "a call names a tool, and its arguments are an object");
            await _writer.WriteErrorAsync(200, error, message.Id).ConfigureAwait(false);
            return;
        }

        await tools.Tasks.SweepAsync().ConfigureAwait(false);
        var judged = wiring.Clock.GetTimestamp();
        var gate = new PinGate(wiring, session, server, tools);
        var pin =
            kind == ClientMethod.Call
                ? await gate.JudgeAsync(name!, client, stateless, context.RequestAborted).ConfigureAwait(false)
                : PinVerdict.Trusted;
        if (kind == ClientMethod.Call && tools.Schemas.FindProblem(server.Name, name!, arguments!.Value) is { } unfit)
        {
            // Only of a tool that a list has shown is anything known: this tells of no other.
            await RecordAsync(name!, $"its arguments don't fit the tool's schema (`{unfit.Keyword}`)")
                .ConfigureAwait(false);
            var where = unfit.Place.Length == 0 ? "" : $"`{unfit.Place}`: ";
            var says = $"Bartizan: the arguments don't fit the tool's schema: {where}{unfit.Message}";
            await _writer.WriteJsonAsync(200, ToolFailure.ToMessage(message.Id, says, stateless)).ConfigureAwait(false);
            return;
        }

        var repeated =
            stateless && kind == ClientMethod.Call ? tools.Schemas.HeadersOf(server.Name, name!) : ParamHeaders.None;
        if (repeated is null || repeated.FindMismatch(context.Request.Headers, arguments ?? default) is not null)
        {
            await TellMismatchAsync(repeated, name!, arguments!.Value, message.Id).ConfigureAwait(false);
            return;
        }

        var sent = new ServerHeaders
        {
            Session = client?.ServerSession,
            Version = stateless ? Stateless.Version : client?.Version,
            Method = stateless ? message.Method : null,
            Name =
                stateless
                && kind is ClientMethod.Call or ClientMethod.Act or ClientMethod.Task
                && call.SubjectOf(message.Method) is { } subject
                    ? Stateless.Encode(subject)
                    : null,
            Mirrored = repeated.Write(arguments ?? default),
        };

        // 5 monitor
        if (name is null)
        {
            if (!await session.WhenRunningAsync(context.RequestAborted).ConfigureAwait(false))
            {
                context.Abort();
                return;
            }

            // What a client adds to a task on its way is no argument that flow would see.
            if (message.Method == Methods.UpdateTask && !wiring.Monitor.KeepTold(session, server.Name))
            {
                await RecordAsync(message.Method, Unkept).ConfigureAwait(false);
                var error = new RpcError(RpcError.Failed, $"Bartizan: {Unkept}.");
                await _writer.WriteErrorAsync(200, error, message.Id).ConfigureAwait(false);
                return;
            }

            if (message.Method == Methods.UpdateTask && session.IsTraced)
            {
                session.Values.Open();
            }

            if (kind == ClientMethod.Open && ClientAbilities.WithoutTasks(call) is { } less)
            {
                body = JoinedMessage.Request(message.Id, message.Method, less);
            }

            await ForwardAsync(
                    body,
                    new PendingCall(message.Id, message.Method, null, body.Length)
                    {
                        Keep = task?.Call.Keep,
                        Task = task,
                        IsStateless = stateless,
                    },
                    sent,
                    client,
                    stateless
                )
                .ConfigureAwait(false);
            return;
        }

        var target = new ToolTarget(server.Name, name);
        var action = new AgentAction
        {
            Session = session.Id,
            Target = target,
            Point = Mediation.Point,
            Arguments = arguments ?? default,
            Payloads = call.ToPayloads(),
            SaysMore = kind == ClientMethod.Call && !call.IsPlain(),
        };
        if (!pin.IsTrusted && session.Policy.CouldGrant(target, wiring.Clock.GetUtcNow()))
        {
            await wiring.Monitor.RefuseAsync(action, pin.Reason).ConfigureAwait(false);
            var error = new RpcError(RpcError.InvalidParams, $"Bartizan refused `tool {target.Text}`: {pin.Reason}.");
            await _writer.WriteErrorAsync(200, error, message.Id).ConfigureAwait(false);
            return;
        }

        if (kind == ClientMethod.Call)
        {
            var asked = action;
            action = asked with { Redrafted = draft => Rewriting.Of(asked, call, draft, tools) };
        }

        var passage = await new HeldCall(wiring, context, _writer, client, message.Id, call.ProgressToken)
            .RequestAsync(action)
            .ConfigureAwait(false);
        if (!passage.Granted)
        {
            await _writer
                .WriteErrorAsync(200, RpcError.Refuse(target, passage.Decision), message.Id)
                .ConfigureAwait(false);
            return;
        }

        if (
            kind == ClientMethod.Call
            && await gate.WhyChangedAsync(passage, judged, client, stateless, context.RequestAborted)
                .ConfigureAwait(false)
                is { } changed
        )
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, changed) { IsFree = true }).ConfigureAwait(false);
            var error = new RpcError(RpcError.InvalidParams, $"Bartizan refused `tool {target.Text}`: {changed}.");
            await _writer.WriteErrorAsync(200, error, message.Id).ConfigureAwait(false);
            return;
        }

        if (!ReferenceEquals(passage.Action, action))
        {
            body = Rewriting.MessageWith(message, call, passage.Action!.Arguments);
            sent = sent with { Mirrored = repeated.Write(passage.Action.Arguments) };
        }

        await ForwardAsync(
                body,
                new PendingCall(message.Id, message.Method, passage, body.Length)
                {
                    ProgressToken = call.ProgressToken,
                    IsStateless = stateless,
                    AsksForTask = kind == ClientMethod.Call && !stateless && call.AsksForTask,
                },
                sent,
                client,
                stateless
            )
            .ConfigureAwait(false);
    }

    // A client's header that its body contradicts, or a tool whose headers nobody can write.
    private async Task TellMismatchAsync(ParamHeaders? repeated, string tool, JsonElement arguments, string id)
    {
        var says = repeated?.FindMismatch(context.Request.Headers, arguments);
        await RecordAsync(tool, says ?? "its schema has arguments repeated in headers in a way that is forbidden")
            .ConfigureAwait(false);
        var error = says is null
            ? new RpcError(
                RpcError.InvalidParams,
                "Bartizan: the tool's definition names headers that can't be written"
            )
            : new RpcError(RpcError.HeaderMismatch, $"Header mismatch: {says}");
        await _writer.WriteErrorAsync(says is null ? 200 : 400, error, id).ConfigureAwait(false);
    }

    private Task ForwardAsync(
        ReadOnlyMemory<byte> body,
        PendingCall call,
        ServerHeaders sent,
        ClientSession? client,
        bool stateless
    ) => new Relay(wiring, context, session, server, tools, _writer).ForwardAsync(body, call, sent, client, stateless);

    // A client's notification, which nobody answers. One that isn't of the protocol goes no further.
    private async Task SayAsync(ReadOnlyMemory<byte> body, Message message, ClientSession? client, bool stateless)
    {
        if (!Methods.IsSaidByClients(message.Method))
        {
            await RecordAsync(message.Method, "it is no notification that is mediated").ConfigureAwait(false);
            await _writer.WriteJsonAsync(202, default).ConfigureAwait(false);
            return;
        }

        if (IsOfHeld(message, client))
        {
            // Its server never heard of the call.
            await _writer.WriteJsonAsync(202, default).ConfigureAwait(false);
            return;
        }

        var sent = new ServerHeaders
        {
            Session = client?.ServerSession,
            Version = stateless ? Stateless.Version : client?.Version,
            Method = stateless ? message.Method : null,
        };
        await new Relay(wiring, context, session, server, tools, _writer)
            .SendOnlyAsync(body, sent, null)
            .ConfigureAwait(false);
    }

    // A client's answer to what its server asked: one that nobody asked for goes no further.
    private async Task ReplyAsync(ReadOnlyMemory<byte> body, Message message, ClientSession client)
    {
        if (client.TakeQuestion(message.Id) is not { } question)
        {
            await _writer.WriteJsonAsync(202, default).ConfigureAwait(false);
            return;
        }

        // An answer to what a server asked tells it something that no action's arguments hold.
        if (!wiring.Monitor.KeepTold(session, server.Name))
        {
            await question.EndAsync(OutcomeKind.Cut, Unkept).ConfigureAwait(false);
            await RecordAsync(question.Method, Unkept).ConfigureAwait(false);
            await _writer.WriteJsonAsync(400, default).ConfigureAwait(false);
            return;
        }

        if (session.IsTraced)
        {
            session.Values.Open();
        }

        var sent = new ServerHeaders { Session = client.ServerSession, Version = client.Version };
        await new Relay(wiring, context, session, server, tools, _writer)
            .SendOnlyAsync(body, sent, question)
            .ConfigureAwait(false);
    }

    private static bool IsOfHeld(Message message, ClientSession? client) =>
        client is not null
        && message.Method == Methods.Cancelled
        && CallParams.Read(message.Inner) is { } said
        && Message.IdOf(said.Member("requestId")) is { } id
        && client.Cancel(id);

    private static bool WatchesResources(CallParams call) =>
        call.Member("notifications") is { ValueKind: JsonValueKind.Object } wanted
        && wanted.TryGetProperty("resourceSubscriptions", out var resources)
        && resources.ValueKind != JsonValueKind.Null
        && !(resources.ValueKind == JsonValueKind.Array && resources.GetArrayLength() == 0);

    // The name stands in the entry only where it can be the name of something.
    private ValueTask RecordAsync(string method, string reason) =>
        wiring.Monitor.RefuseAsync(
            new AgentAction
            {
                Session = session.Id,
                Target = new ToolTarget(server.Name, method),
                Point = Mediation.Point,
            },
            reason
        );
}
