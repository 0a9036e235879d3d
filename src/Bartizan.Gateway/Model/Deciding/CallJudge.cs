using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Core.Shell;
using Bartizan.Gateway.Hooks;

namespace Bartizan.Gateway.Model.Deciding;

/// <summary>
/// Has each tool call of one answer decided before the client sees it: read into what it does, as a hook's is, it is one action of
/// the monitor.
/// </summary>
internal sealed class CallJudge(ReferenceMonitor monitor, Session session, ClientTools tools, ShellPlaces places)
{
    /// <summary>The enforcement point's name in entries.</summary>
    public const string Point = "answer";

    /// <summary>Calls of one answer; clients ask for a few in parallel. With more it is cut.</summary>
    private const int MaxCalls = 256;

    private static readonly JsonDocumentOptions s_strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = StrictJson.MaxDepth,
    };

    private int _calls;

    /// <summary>Decides one call.</summary>
    /// <returns>Null when it is granted, else what the model and the person are told.</returns>
    public async ValueTask<string?> DecideAsync(AnswerCall call, CancellationToken cancellationToken)
    {
        if (++_calls > MaxCalls)
        {
            throw StrictJson.Broken($"the upstream's answer has more than {MaxCalls} tool calls");
        }

        var payload = new Payload("request", "application/json", JsonSerializer.SerializeToUtf8Bytes(call));
        if (Read(call) is not { } input)
        {
            const string Problem = "its arguments can't be read in exactly one way";
            var target = ExecTarget.Opaque(call.Name.Length == 0 ? " " : call.Name);
            await monitor
                .RefuseAsync(
                    new AgentAction
                    {
                        Session = session.Id,
                        Target = target,
                        Point = Point,
                        Payloads = [payload],
                    },
                    Problem
                )
                .ConfigureAwait(false);
            return $"Bartizan refused the tool call `{call.Name}`: {Problem}.";
        }

        var parts = tools.Read(call.Name, call.Server, input, places.Workspace, places);
        if (parts.ReachesNothing && parts.Actions.IsEmpty)
        {
            return null;
        }

        var action = new AgentAction
        {
            Session = session.Id,
            Target = HookPoint.TargetOf(parts, call.Name),
            Point = Point,
            Call = parts,
            Payloads = [payload],
        };
        if (action.Target is ToolTarget && input.ValueKind == JsonValueKind.Object)
        {
            action = action with { Arguments = input };
        }

        await using var passage = await monitor.RequestAsync(action, cancellationToken).ConfigureAwait(false);
        if (!passage.Granted)
        {
            return HookPoint.Sentence(action.Target, passage.Decision);
        }

        if (HookPoint.Unheld(session, passage) is { } unheld)
        {
            await passage.CompleteAsync(new Outcome(OutcomeKind.Cut, unheld) { IsFree = true }).ConfigureAwait(false);
            return unheld;
        }

        await passage
            .CompleteAsync(new Outcome(OutcomeKind.Done, "handed to the client; what came of it is not known here"))
            .ConfigureAwait(false);
        return null;
    }

    private static JsonElement? Read(AnswerCall call)
    {
        if (call.IsText)
        {
            return JsonSerializer.SerializeToElement(call.Arguments);
        }

        try
        {
            using var document = JsonDocument.Parse(call.Arguments.Length == 0 ? "{}" : call.Arguments, s_strict);
            return
                document.RootElement.ValueKind == JsonValueKind.Object && StrictJson.HasOneReading(document.RootElement)
                ? document.RootElement.Clone()
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
