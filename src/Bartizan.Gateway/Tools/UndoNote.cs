using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Tools;

/// <summary>
/// What would take a call back, by the manifest's `undo`: of the server's own answer, whole; what a rule keeps of it for the agent is not
/// what a person needs for that.
/// </summary>
internal static class UndoNote
{
    /// <summary>The payload that its outcome carries; none for a call that can't be taken back.</summary>
    public static ImmutableArray<Payload> Of(ToolServer server, AgentAction action, Message message, ResultHead head)
    {
        if (
            message.Kind != MessageKind.Result
            || head is { IsError: true } or { NeedsInput: true }
            || action.Target is not ToolTarget target
            || !server.Undo.TryGetValue(target.Tool, out var undo)
        )
        {
            return [];
        }

        using var result = JsonDocument.Parse(message.Inner);
        return
        [
            new Payload(
                ToolUndo.Role,
                "application/json",
                undo.CallFor(server.Name, action.Arguments, result.RootElement)
            ),
        ];
    }
}
