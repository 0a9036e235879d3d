using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>An inspector of content. It only adds: findings, labels, severity; it never opens a gate.</summary>
public interface IGuard
{
    /// <summary>
    /// False when it has nothing to say of an action, whatever it holds; most actions then go on without waiting for anybody.
    /// Quick, and without I/O.
    /// </summary>
    bool Concerns(Session session, AgentAction action) => true;

    /// <summary>
    /// True when it reads what an action carries that its enforcement point could also pass on as it comes: a request's body. Quick, and
    /// without I/O.
    /// </summary>
    bool WantsContent(Session session, AgentAction action) => false;

    /// <summary>Reads an action's content before it is decided.</summary>
    ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken);

    /// <summary>
    /// Reads a whole message that came back for a granted action, before the agent sees it; null when it has nothing to say of
    /// it. Anything but allow keeps it from the agent. Quick, and without I/O.
    /// </summary>
    GuardReport? InspectResult(Session session, AgentAction action, ReadOnlyMemory<byte> message) => null;

    /// <summary>True when it wants more time for what comes back: <see cref="ReadResultAsync"/>. Quick, and without I/O.</summary>
    bool ReadsResults(Session session, AgentAction action) => false;

    /// <summary>
    /// The same as <see cref="InspectResult"/> for what needs time, an answer of somebody outside: for a message that a guard doesn't
    /// refuse anyway, while its agent waits. Anything but allow keeps it from the agent.
    /// </summary>
    ValueTask<GuardReport> ReadResultAsync(
        Session session,
        AgentAction action,
        ReadOnlyMemory<byte> message,
        CancellationToken cancellationToken
    ) => new(GuardReport.Clean);

    /// <summary>
    /// Reads along while the answer to a granted action streams to the agent; null when it has nothing to look for in it. Quick, and
    /// without I/O.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="action">What was granted.</param>
    /// <param name="mediaType">The answer's media type.</param>
    IContentWatch? Watch(Session session, AgentAction action, string mediaType) => null;
}
