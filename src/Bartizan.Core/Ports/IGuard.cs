using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Ports;

/// <summary>An inspector of content. It only adds: findings, labels, severity; it never opens a gate.</summary>
public interface IGuard
{
    /// <summary>Reads an action's content before it is decided.</summary>
    ValueTask<GuardReport> InspectAsync(AgentAction action, CancellationToken cancellationToken);
}
