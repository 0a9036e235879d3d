using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Tools;

/// <summary>What every exchange of the tool gateway needs.</summary>
/// <param name="Monitor">The reference monitor.</param>
/// <param name="Servers">The way to servers.</param>
/// <param name="Clock">The time.</param>
/// <param name="Options">The bounds.</param>
internal sealed record ToolWiring(
    ReferenceMonitor Monitor,
    ServerConnection Servers,
    TimeProvider Clock,
    ToolGatewayOptions Options
);
