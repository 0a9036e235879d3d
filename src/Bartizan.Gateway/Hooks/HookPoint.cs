using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Hooks;

/// <summary>
/// The enforcement point that a client asks by its own hooks, before it carries a tool call out: each call is read into what it does
/// (commands, files, hosts, tools of a server), which is one action of the monitor. It is control of intent: inside, one program can
/// start another, and a client that is fooled may not ask. The sandbox and the egress proxy hold without it.
/// </summary>
internal sealed class HookPoint(
    ReferenceMonitor monitor,
    ICredentialLender lender,
    Func<Session, ShellPlaces> places,
    Action<Session, string>? asks = null
)
{
    private const string Point = "hook";

    // What a client says of its own call is its word; the intent is what counts.
    private const string AsTold = "as the client tells";

    private readonly ResultSight _sight = new(lender);

    private readonly ConditionalWeakTable<Session, OpenCalls> _open = [];

    /// <summary>Answers one event of a session's client.</summary>
    public async Task AnswerAsync(HttpContext context, Session session, string client, ReadOnlyMemory<byte> body)
    {
        if (HookEvent.Read(body) is not { } told)
        {
            // Whoever asks must take anything but 200 for a no.
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        asks?.Invoke(session, client);
        switch (told.Name)
        {
            case "PreToolUse":
                await DecideAsync(context, session, client, told, body).ConfigureAwait(false);
                return;
            case "PostToolUse":
                await ShowAsync(context, session, client, told, body).ConfigureAwait(false);
                return;
            case "PostToolUseFailure" when OpenOf(session).Take(told.CallId) is { } failed:
                await failed.Passage.CompleteAsync(new Outcome(OutcomeKind.Failed, AsTold)).ConfigureAwait(false);
                break;
        }

        await HookAnswer.NothingAsync(context).ConfigureAwait(false);
    }

    private async Task DecideAsync(
        HttpContext context,
        Session session,
        string client,
        HookEvent told,
        ReadOnlyMemory<byte> body
    )
    {
        if (ActionOf(session, client, told, body) is not { } action)
        {
            await HookAnswer
                .DecisionAsync(context, allowed: true, "it reaches nothing outside the conversation")
                .ConfigureAwait(false);
            return;
        }

        var passage = await monitor.RequestAsync(action, context.RequestAborted).ConfigureAwait(false);
        if (!passage.Granted)
        {
            await HookAnswer
                .DecisionAsync(context, allowed: false, Sentence(action.Target, passage.Decision))
                .ConfigureAwait(false);
            return;
        }

        if (Unheld(session, passage) is { } unheld)
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, unheld) { IsFree = true }).ConfigureAwait(false);
            await HookAnswer.DecisionAsync(context, allowed: false, unheld).ConfigureAwait(false);
            return;
        }

        var granted = passage.Action!.Arguments;
        var isAnew = granted.ValueKind == JsonValueKind.Object && !JsonElement.DeepEquals(granted, told.Input);
        await OpenOf(session)
            .AddAsync(told.CallId, new OpenCall(passage, isAnew ? granted : told.Input))
            .ConfigureAwait(false);
        await (
            isAnew
                ? HookAnswer.RewrittenAsync(context, granted)
                : HookAnswer.DecisionAsync(context, allowed: true, "its rules allow it")
        ).ConfigureAwait(false);
    }

    // A call is over, and its result is not with the model yet.
    private async Task ShowAsync(
        HttpContext context,
        Session session,
        string client,
        HookEvent told,
        ReadOnlyMemory<byte> body
    )
    {
        var call = OpenOf(session).Take(told.CallId);
        if (call is not null && !IsSame(call.Input, told.Input))
        {
            // Another hook of the client's rewrote it after it was decided (`updatedInput`): what was run is decided now, and what
            // no rule allows stays out of the conversation at least.
            await call
                .Passage.CompleteAsync(new Outcome(OutcomeKind.Done, "the client ran it with other arguments"))
                .ConfigureAwait(false);
            call = null;
            if (ActionOf(session, client, told, body) is { } action)
            {
                var passage = await monitor.RequestAsync(action, context.RequestAborted).ConfigureAwait(false);
                if (!passage.Granted)
                {
                    var sentence = Sentence(action.Target, passage.Decision).TrimEnd('.');
                    await HookAnswer
                        .InsteadAsync(
                            context,
                            ResultSight.Withheld(told.Result, $"the result was withheld: {sentence}")
                        )
                        .ConfigureAwait(false);
                    return;
                }

                if (Unheld(session, passage) is { } unheld)
                {
                    await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, unheld)).ConfigureAwait(false);
                    await HookAnswer
                        .InsteadAsync(context, ResultSight.Withheld(told.Result, unheld.TrimEnd('.')))
                        .ConfigureAwait(false);
                    return;
                }

                call = new OpenCall(passage, told.Input);
            }
        }

        try
        {
            var seen = await _sight
                .LookAsync(session, call?.Passage, told.Result, context.RequestAborted)
                .ConfigureAwait(false);
            if (call is not null)
            {
                var kind = seen.IsWithheld ? OutcomeKind.Cut : OutcomeKind.Done;
                var detail = seen.Why.Length == 0 ? AsTold : $"{AsTold}; {seen.Why}";
                await call.Passage.CompleteAsync(new Outcome(kind, detail)).ConfigureAwait(false);
            }

            await (
                seen.Why.Length == 0 ? HookAnswer.NothingAsync(context) : HookAnswer.InsteadAsync(context, seen)
            ).ConfigureAwait(false);
        }
        finally
        {
            if (call is not null)
            {
                await call.Passage.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static bool IsSame(JsonElement granted, JsonElement ran) =>
        granted.ValueKind == JsonValueKind.Undefined || ran.ValueKind == JsonValueKind.Undefined
            ? granted.ValueKind == ran.ValueKind
            : JsonElement.DeepEquals(granted, ran);

    // Null for a call that reaches nothing outside the conversation.
    private AgentAction? ActionOf(Session session, string client, HookEvent told, ReadOnlyMemory<byte> body)
    {
        var found = places(session);
        var call = ClientTools.Of(client).Read(told.Tool, null, told.Input, told.Directory ?? found.Workspace, found);
        if (call.ReachesNothing && call.Actions.IsEmpty)
        {
            return null;
        }

        var target = TargetOf(call, told.Tool);
        var action = new AgentAction
        {
            Session = session.Id,
            Target = target,
            Point = Point,
            Call = call,
            Arguments = target is ToolTarget && told.Input.ValueKind == JsonValueKind.Object ? told.Input : default,
            Payloads = [new Payload("request", "application/json", body)],
        };

        // A command's arguments are its target: those can't be written anew.
        return target is not ToolTarget
            ? action
            : action with
            {
                Redrafted = draft => new Redraft(
                    action with
                    {
                        Arguments = draft,
                        Payloads =
                        [
                            new Payload("request", "application/json", Encoding.UTF8.GetBytes(draft.GetRawText())),
                        ],
                    },
                    null
                ),
            };
    }

    /// <summary>What the entry of a call names; the decision is over all parts.</summary>
    internal static ActionTarget TargetOf(ShellActions call, string tool)
    {
        foreach (var action in call.Actions)
        {
            if (!action.IsGuess)
            {
                return action.Target;
            }
        }

        return ExecTarget.Opaque(tool.Length == 0 ? " " : tool);
    }

    /// <summary>
    /// Why a granted call can't be let go here; null when it can. The fields of a result are kept by the tool gateway: a server that
    /// isn't behind it would show them all.
    /// </summary>
    internal static string? Unheld(Session session, Passage passage) =>
        passage.Obligations.Keep is not null
        && !(passage.Action!.Target is ToolTarget tool && session.Manifest.Servers.ContainsKey(tool.Server))
            ? "Bartizan refused it: its rule keeps only fields of the result, and the server isn't one of `servers`."
            : null;

    /// <summary>What whoever asked for a call is told of its refusal.</summary>
    internal static string Sentence(ActionTarget target, Decision decision)
    {
        var sentence =
            $"Bartizan refused `{target.Verb.ToString().ToLowerInvariant()} {target.Text}`: {decision.Told}.";
        return decision.Needed is { } rule ? $"{sentence} It would take the rule `{rule}`." : sentence;
    }

    private OpenCalls OpenOf(Session session) =>
        _open.GetValue(
            session,
            s =>
            {
                var open = new OpenCalls();
                s.Revoked.Register(() => _ = open.LetGoAsync());
                return open;
            }
        );
}
