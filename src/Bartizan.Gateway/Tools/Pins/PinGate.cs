using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Pins;
using Bartizan.Core.Sessions;
using Bartizan.Gateway.Tools.Clients;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools.Pins;

/// <summary>
/// Says of a call whether its tool is as a person has seen it. A client that never lists doesn't get round it: before a tool's
/// first call, and after the server said that its list has changed, the gateway asks for the list itself.
/// </summary>
internal sealed class PinGate(ToolWiring wiring, Session session, ToolServer server, SessionTools tools)
{
    /// <summary>Judges the tool of a call; a known one at once.</summary>
    public ValueTask<PinVerdict> JudgeAsync(
        string tool,
        ClientSession? client,
        bool stateless,
        CancellationToken cancellationToken
    )
    {
        if (tools.Pins.Of(server.Name) is not { } pins)
        {
            return ValueTask.FromResult(PinVerdict.Trusted);
        }

        if (pins.Find(tool) is { } known)
        {
            return ValueTask.FromResult(known);
        }

        // What the rules deny is not looked for: its refusal is the rules' own, and says nothing of what is there.
        return session.Policy.CouldGrant(new ToolTarget(server.Name, tool), wiring.Clock.GetUtcNow())
            ? AskAsync(pins, tool, 0, client, stateless, cancellationToken)
            : ValueTask.FromResult(PinVerdict.Suspended("it was not looked at"));
    }

    // Right before it leaves. INVARIANT: what was held meanwhile, because a person was asked or the session was paused, leaves only for the
    // tool as its server defines it now: the list is asked for anew.
    private ValueTask<PinVerdict> ConfirmAsync(
        string tool,
        long judged,
        ClientSession? client,
        bool stateless,
        CancellationToken cancellationToken
    )
    {
        if (tools.Pins.Of(server.Name) is not { } pins)
        {
            return ValueTask.FromResult(PinVerdict.Trusted);
        }

        var held = wiring.Clock.GetElapsedTime(judged) > wiring.Options.HeldFor;
        return !held && pins.Find(tool) is { } known
            ? ValueTask.FromResult(known)
            : AskAsync(pins, tool, held ? wiring.Clock.GetTimestamp() : 0, client, stateless, cancellationToken);
    }

    /// <summary>
    /// Why a call that was granted doesn't leave: what a tool is may have changed while a person thought, and with it what its arguments
    /// mean. Null when it hasn't.
    /// </summary>
    public ValueTask<string?> WhyChangedAsync(
        Passage passage,
        long judged,
        ClientSession? client,
        bool stateless,
        CancellationToken cancellationToken
    )
    {
        var action = passage.Action!;
        var tool = ((ToolTarget)action.Target).Tool;
        var confirming = ConfirmAsync(tool, judged, client, stateless, cancellationToken);
        return confirming.IsCompletedSuccessfully
            ? new(WhyChanged(confirming.Result, tool, action, judged))
            : WhyChangedAsync(confirming, tool, action, judged);
    }

    private async ValueTask<string?> WhyChangedAsync(
        ValueTask<PinVerdict> confirming,
        string tool,
        AgentAction action,
        long judged
    )
    {
        try
        {
            return WhyChanged(await confirming.ConfigureAwait(false), tool, action, judged);
        }
        catch (OperationCanceledException)
        {
            return "the client went away while its tool was looked at again";
        }
    }

    private string? WhyChanged(PinVerdict pin, string tool, AgentAction action, long judged) =>
        !pin.IsTrusted ? pin.Reason
        : wiring.Clock.GetElapsedTime(judged) > wiring.Options.HeldFor
        && tools.Schemas.FindProblem(server.Name, tool, action.Arguments) is not null
            ? "its arguments don't fit the tool's schema any longer"
        : null;

    private async ValueTask<PinVerdict> AskAsync(
        ServerPins pins,
        string tool,
        long since,
        ClientSession? client,
        bool stateless,
        CancellationToken cancellationToken
    )
    {
        if (!await session.WhenRunningAsync(cancellationToken).ConfigureAwait(false))
        {
            return PinVerdict.Suspended("the session is over");
        }

        var question = new ServerQuestion(wiring, session, server, tools);
        var headers = new ServerHeaders
        {
            Session = client?.ServerSession,
            Version = stateless ? Stateless.Version : client?.Version,
            Method = stateless ? Methods.ToolsList : null,
        };
        try
        {
            return await pins.FindAsync(
                    tool,
                    stateless,
                    since,
                    (judge, token) =>
                        ToolListing.ReadAsync(
                            question,
                            headers,
                            async page =>
                            {
                                var verdicts = await judge(page).ConfigureAwait(false);
                                Keep(page, verdicts);
                            },
                            token
                        ),
                    cancellationToken
                )
                .ConfigureAwait(false);
        }
        catch (Exception e)
            when (!cancellationToken.IsCancellationRequested && !session.Revoked.IsCancellationRequested)
        {
            return PinVerdict.Suspended(
                $"its definition can't be compared with what was seen: {ServerFault.Of(e, e is OperationCanceledException, server.Name)}"
            );
        }
    }

    // What a list shows, however it came, is what arguments are held against.
    private void Keep(JsonElement page, System.Collections.Immutable.ImmutableArray<PinVerdict> verdicts)
    {
        var at = 0;
        foreach (var item in page.EnumerateArray())
        {
            if (
                verdicts[at++].IsTrusted
                && ToolDefinition.Read(item) is { Name: var name }
                && session.Policy.CouldGrant(new ToolTarget(server.Name, name), wiring.Clock.GetUtcNow())
            )
            {
                tools.Schemas.Keep(server.Name, name, item);
            }
        }
    }
}
