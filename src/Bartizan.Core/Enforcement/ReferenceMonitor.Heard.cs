using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

public sealed partial class ReferenceMonitor
{
    /// <summary>
    /// Takes what a tool server says that answers no action: nobody asked for it, so there is no passage that it could be inspected
    /// under. Guards read it as they read a result; where what the manifest says of trust names the server, it is met, too.
    /// </summary>
    /// <param name="session">Who is told.</param>
    /// <param name="said">Who says it, and by which method.</param>
    /// <param name="message">The whole message.</param>
    /// <param name="cancellationToken">When nobody waits for it any more.</param>
    /// <returns>What of it passes on; empty for nothing.</returns>
    public async ValueTask<ReadOnlyMemory<byte>> HearAsync(
        Session session,
        ToolTarget said,
        ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(said);
        if (IsTrustNamed(session, said.Server))
        {
            // INVARIANT: before it is passed, so that nothing that follows from it is decided without it.
            MeetServer(session, said.Server);
        }

        var action = new AgentAction
        {
            Session = session.Id,
            Target = said,
            Point = AgentAction.ToolPoint,
        };
        var report = _guards.InspectResult(session, action, message);
        Give(report);
        var passing = report.Replacement.IsEmpty ? message : report.Replacement;
        if (report.Strictest != Effect.Allow || !_guards.ReadResults(session, action))
        {
            return report.Strictest == Effect.Allow ? passing : default;
        }

        try
        {
            report = await _guards.ReadResultAsync(session, action, passing, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return default;
        }

        Give(report);
        return report.Strictest == Effect.Allow ? passing : default;

        void Give(GuardReport said)
        {
            if (said.Labels != Labels.None)
            {
                session.AddLabels(said.Labels, GuardChain.FoundIn(action));
            }
        }
    }

    /// <summary>True when the manifest names a server, or one of its tools, as a source, or a reader reads what it gives.</summary>
    public static bool IsTrustNamed(Session session, string server)
    {
        ArgumentNullException.ThrowIfNull(session);
        return !ReferenceEquals(session.Policy.ExposureOfServer(server), Exposure.None)
            || session.Manifest.ReadsFrom(server);
    }

    /// <summary>Puts on a session what any tool of a server would: what the server says or asks by itself may hold all of it.</summary>
    public static void MeetServer(Session session, string server)
    {
        ArgumentNullException.ThrowIfNull(session);
        var met = session.Policy.ExposureOfServer(server);
        if (session.Manifest.ReadsFrom(server))
        {
            met = met.With(new Exposure(Labels.Untrusted, []));
        }

        // Each time anew: a stream that stays open raises again what a person took off.
        session.Expose(met, $"what the server {server} says by itself");
    }
}
