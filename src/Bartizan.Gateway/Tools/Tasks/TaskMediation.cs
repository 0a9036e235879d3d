using System.Runtime.InteropServices;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Joined;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Tasks;

/// <summary>
/// What a server answers about tasks. How one stands is said anew, in the protocol's own words; its result goes the way of a call's
/// own (<see cref="Mediation.FinishAsync"/>), under the passage of the call that made the task.
/// </summary>
internal sealed class TaskMediation(ToolWiring wiring, string server, SessionTools tools, Mediation mediation)
{
    /// <summary>Takes the answer to a call that has become a task; null when it hasn't.</summary>
    public async ValueTask<Mediated?> StartAsync(
        PendingCall call,
        Message message,
        bool isFlat,
        CancellationToken cancellationToken
    )
    {
        if (TaskState.ReadStart(message.Inner, isFlat) is not var (state, meta))
        {
            return isFlat
                ? await Mediation.FailAsync(call, "the server made a task that can't be read").ConfigureAwait(false)
                : null;
        }

        var task = new ServerTask(server, state.Id, call, wiring.Clock.GetTimestamp());
        var bytes = JoinedMessage.Result(
            call.Id,
            json =>
            {
                if (isFlat)
                {
                    json.WriteString("resultType"u8, "task"u8);
                }
                else
                {
                    json.WriteStartObject("task"u8);
                }

                state.Write(json, withWords: call.Keep is null);
                if (!isFlat)
                {
                    json.WriteEndObject();
                }

                if (call.Keep is null && meta.ValueKind == JsonValueKind.Object)
                {
                    json.WritePropertyName("_meta"u8);
                    meta.WriteTo(json);
                }
            }
        );
        var (shown, instead) = await mediation.InspectAsync(call, bytes, cancellationToken).ConfigureAwait(false);
        if (instead is not null)
        {
            return instead;
        }

        return await tools.Tasks.AddAsync(task).ConfigureAwait(false)
            ? Mediated.AnswerOf(call, shown)
            : await Mediation.FailAsync(call, "the server gave this task the id of another").ConfigureAwait(false);
    }

    /// <summary>Takes the answer to a question about one task.</summary>
    public async ValueTask<Mediated> AnswerAsync(
        PendingCall call,
        ReadOnlyMemory<byte> bytes,
        Message message,
        CancellationToken cancellationToken
    )
    {
        var task = call.Task!;
        if (call.Method == Methods.TaskResult)
        {
            return await GiveAsync(task, call, bytes, message, cancellationToken).ConfigureAwait(false) with
            {
                Answered = call,
            };
        }

        if (message.Kind == MessageKind.Error)
        {
            return await ErrorAsync(task, call, bytes, message, cancellationToken).ConfigureAwait(false);
        }

        if (call.IsStateless && call.Method != Methods.GetTask)
        {
            return Mediated.AnswerOf(
                call,
                JoinedMessage.Result(call.Id, json => json.WriteString("resultType"u8, "complete"u8))
            );
        }

        if (TaskState.Read(message.Inner) is not { } state || state.Id != task.Id)
        {
            return await Mediation
                .FailAsync(call, "the server's answer is about no task, or about another one")
                .ConfigureAwait(false);
        }

        if (state.Status == "cancelled")
        {
            await task.EndAsync(OutcomeKind.Cancelled, "its task was cancelled").ConfigureAwait(false);
        }

        return call.IsStateless
            ? await TellDetailsAsync(task, call, state, cancellationToken).ConfigureAwait(false)
            : await TellAsync(task, call, state, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a list of tasks: this session's own are left of it, and nothing that a server words freely.</summary>
    public async ValueTask<Mediated> ListAsync(PendingCall call, Message message)
    {
        if (TaskState.ReadList(message.Inner) is not var (states, next))
        {
            return await Mediation.FailAsync(call, "the server's list can't be read").ConfigureAwait(false);
        }

        return Mediated.AnswerOf(
            call,
            JoinedMessage.Result(
                call.Id,
                json =>
                {
                    json.WriteStartArray("tasks"u8);
                    foreach (var state in states.Where(one => tools.Tasks.Find(server, one.Id) is not null))
                    {
                        json.WriteStartObject();
                        state.Write(json, withWords: false);
                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                    if (next is not null)
                    {
                        json.WriteString("nextCursor"u8, next);
                    }
                }
            )
        );
    }

    /// <summary>What a server says of a task by itself: empty for a task that isn't this session's.</summary>
    public ReadOnlyMemory<byte> Said(Message message) =>
        TaskState.Read(message.Inner) is { } state && tools.Tasks.Find(server, state.Id) is not null
            ? JoinedMessage.Notification(message.Method, json => state.Write(json, withWords: false))
            : default;

    private async ValueTask<Mediated> TellAsync(
        ServerTask task,
        PendingCall call,
        TaskState state,
        Action<Utf8JsonWriter>? writeMore,
        CancellationToken cancellationToken
    )
    {
        var withWords = task is { IsOver: false, Call.Keep: null };
        var bytes = JoinedMessage.Result(
            call.Id,
            json =>
            {
                if (call.IsStateless)
                {
                    json.WriteString("resultType"u8, "complete"u8);
                }

                state.Write(json, withWords);
                writeMore?.Invoke(json);
            }
        );

        return withWords
            ? await InspectAsync(task, call, bytes, cancellationToken).ConfigureAwait(false)
            : Mediated.AnswerOf(call, bytes);
    }

    // What the server words is inspected as the result will be; an objection ends the task for the client.
    private async ValueTask<Mediated> InspectAsync(
        ServerTask task,
        PendingCall call,
        ReadOnlyMemory<byte> bytes,
        CancellationToken cancellationToken
    )
    {
        var asks = task.Call with { Id = call.Id };
        var (shown, instead) = await mediation.InspectAsync(asks, bytes, cancellationToken).ConfigureAwait(false);
        if (instead is not { } objected)
        {
            return Mediated.AnswerOf(call, shown);
        }

        await task.EndAsync(OutcomeKind.Cut, "a guard objects to what its task says").ConfigureAwait(false);
        return objected with { Answered = call };
    }

    // The stateless era tells the result, the error and the questions with how the task stands.
    private async ValueTask<Mediated> TellDetailsAsync(
        ServerTask task,
        PendingCall call,
        TaskState state,
        CancellationToken cancellationToken
    )
    {
        if (state.Status == "input_required")
        {
            return await AskAsync(task, call, state, cancellationToken).ConfigureAwait(false);
        }

        var (name, kind) = state.Status == "failed" ? ("error", MessageKind.Error) : ("result", MessageKind.Result);
        if (state.Status is not ("failed" or "completed") || state.Member(name).ValueKind != JsonValueKind.Object)
        {
            return await TellAsync(task, call, state, null, cancellationToken).ConfigureAwait(false);
        }

        ReadOnlyMemory<byte> inner = JsonMarshal.GetRawUtf8Value(state.Member(name)).ToArray();
        var whole = JoinedMessage.Answer(call.Id, name, inner);
        var given = await GiveAsync(task, call, whole, new Message(kind, "", call.Id, inner), cancellationToken)
            .ConfigureAwait(false);
        var shown = Message.Read(given.Bytes);
        if (shown.Kind != kind)
        {
            return given with { Answered = call };
        }

        var bytes = JoinedMessage.Result(
            call.Id,
            json =>
            {
                json.WriteString("resultType"u8, "complete"u8);
                state.Write(json, withWords: false);
                json.WritePropertyName(name);
                json.WriteRawValue(shown.Inner.Span, skipInputValidation: true);
            }
        );
        return Mediated.AnswerOf(call, bytes);
    }

    private async ValueTask<Mediated> AskAsync(
        ServerTask task,
        PendingCall call,
        TaskState state,
        CancellationToken cancellationToken
    )
    {
        if (
            task.IsOver
            || task.Call.Keep is not null
            || state.Member("inputRequests") is not { ValueKind: JsonValueKind.Object } questions
        )
        {
            return await Mediation.FailAsync(call, "the task asks for what can't be asked").ConfigureAwait(false);
        }

        var raw = JsonMarshal.GetRawUtf8Value(questions).ToArray();
        if (!task.IsGranted(raw))
        {
            var refused = await mediation
                .Input.RefusedAsync(JsonMarshal.GetRawUtf8Value(state.Said).ToArray(), cancellationToken)
                .ConfigureAwait(false);
            if (refused is not null)
            {
                return Mediated.AnswerOf(call, refused.ToMessage(call.Id));
            }

            task.Grant(raw, questions.EnumerateObject().Select(one => one.Name));
        }

        return await TellAsync(
                task,
                call,
                state,
                json =>
                {
                    json.WritePropertyName("inputRequests"u8);
                    questions.WriteTo(json);
                },
                cancellationToken
            )
            .ConfigureAwait(false);
    }

    // The result, as that of the call; again only the very same.
    private async ValueTask<Mediated> GiveAsync(
        ServerTask task,
        PendingCall call,
        ReadOnlyMemory<byte> bytes,
        Message message,
        CancellationToken cancellationToken
    )
    {
        await task.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!task.MayGive(message.Inner.Span))
            {
                return await Mediation
                    .FailAsync(call, "the task is over, and this isn't the result that it had when it ended")
                    .ConfigureAwait(false);
            }

            var passage = task.IsOver ? null : task.Call.Passage;
            var given = await mediation
                .FinishAsync(task.Call with { Id = call.Id, Passage = passage }, bytes, message, cancellationToken)
                .ConfigureAwait(false);

            // INVARIANT: given again it isn't inspected again: what was refused, kept back or changed on its way is over with that.
            if (given.AsItCame)
            {
                task.Give(message.Inner.Span);
            }
            else
            {
                await task.EndAsync(OutcomeKind.Cut, "its result was kept back").ConfigureAwait(false);
            }

            return given;
        }
        catch (Exception) when (!task.IsOver)
        {
            await task.EndAsync(OutcomeKind.Cut, "its result could not be passed on").ConfigureAwait(false);
            throw;
        }
        finally
        {
            task.Leave();
        }
    }

    private async ValueTask<Mediated> ErrorAsync(
        ServerTask task,
        PendingCall call,
        ReadOnlyMemory<byte> bytes,
        Message message,
        CancellationToken cancellationToken
    )
    {
        if (task.IsOver || task.Call.Keep is not null)
        {
            var code = ServerErrors.CodeOf(message.Inner);
            var error = new RpcError(RpcError.Failed, $"Bartizan: the server answered with an error, {code}.");
            return Mediated.AnswerOf(call, error.ToMessage(call.Id));
        }

        return await InspectAsync(task, call, bytes, cancellationToken).ConfigureAwait(false);
    }
}
