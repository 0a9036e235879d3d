using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Guards.Sensitive;

/// <summary>
/// Keeps placeholders of credentials out of calls of tool servers, in whatever form. What a model is told isn't refused: an agent that
/// looks at its variables shows them to it, and a placeholder is good for nothing there. The egress proxy looks by itself. Always on.
/// </summary>
public sealed class PlaceholderGuard(ISessions sessions, PlaceholderBook book, PlaceholderFindings findings) : IGuard
{
    private const string Says = "a placeholder of a credential stands in the call's arguments";

    private readonly ISecretSearch _marks = SecretSearch.Of([book.Mark]);

    /// <inheritdoc/>
    public bool Concerns(Session session, AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return book.IsUsed && action.Point == AgentAction.ToolPoint && action.Target.Verb == Verb.Tool;
    }

    /// <inheritdoc/>
    public async ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(action);
        var isIn =
            action.Payloads.Any(payload => _marks.Find(payload.Content.Span, unfold: true).Count > 0)
            || _marks.Find(Encoding.UTF8.GetBytes(action.Target.Text), unfold: true).Count > 0;
        if (!isIn)
        {
            return GuardReport.Clean;
        }

        if (sessions.Find(action.Session) is { } session)
        {
            await findings.RecordAsync(session, action, Says).ConfigureAwait(false);
        }

        return new GuardReport(Effect.Deny, Labels.None, [$"{Says} ({PlaceholderFindings.Code})"])
        {
            Verdicts = [$"{PlaceholderFindings.Code}/1: 1, deny"],
            Told = Says,
        };
    }
}
