using System.Runtime.CompilerServices;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;
using Microsoft.AspNetCore.Http;

namespace Bartizan.Gateway.Hooks;

/// <summary>
/// The enforcement point that a client asks by its own hooks, before it carries a tool call out: each call is read into what it does
/// (commands, files, hosts, tools of a server), which is one action of the monitor. It is control of intent: inside, one program can
/// start another, and a client that is fooled may not ask. The sandbox and the egress proxy hold without it.
/// </summary>
internal sealed class HookPoint(ReferenceMonitor monitor, Func<Session, ShellPlaces> places)
{
    private const string Point = "hook";

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

        switch (told.Name)
        {
            case "PreToolUse":
                await DecideAsync(context, session, client, told, body).ConfigureAwait(false);
                return;
            case "PostToolUse":
                await OpenOf(session).EndAsync(told.CallId, OutcomeKind.Done).ConfigureAwait(false);
                break;
            case "PostToolUseFailure":
                await OpenOf(session).EndAsync(told.CallId, OutcomeKind.Failed).ConfigureAwait(false);
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
        var found = places(session);
        var call = ClientTools.Of(client).Read(told.Tool, null, told.Input, told.Directory ?? found.Workspace, found);
        if (call.ReachesNothing && call.Actions.IsEmpty)
        {
            await HookAnswer
                .DecisionAsync(context, allowed: true, "it reaches nothing outside the conversation")
                .ConfigureAwait(false);
            return;
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
        var passage = await monitor.RequestAsync(action, context.RequestAborted).ConfigureAwait(false);
        if (passage.Granted)
        {
            await OpenOf(session).AddAsync(told.CallId, passage).ConfigureAwait(false);
            await HookAnswer.DecisionAsync(context, allowed: true, "its rules allow it").ConfigureAwait(false);
            return;
        }

        await HookAnswer
            .DecisionAsync(context, allowed: false, Sentence(target, passage.Decision))
            .ConfigureAwait(false);
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
