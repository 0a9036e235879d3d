using System.Collections.Immutable;
using System.Net;
using Bartizan.Core.Manifests;

namespace Bartizan.Sandbox;

/// <summary>Which ports an agent can serve on.</summary>
public static class ServedPorts
{
    /// <summary>Ports of one sandbox that are dialed: an agent that serves has one, seldom two.</summary>
    private const int MaxServed = 16;

    /// <summary>
    /// Where our own listeners are in every sandbox. INVARIANT: never dialed from outside: whoever came in there would speak to a gateway
    /// in the agent's name.
    /// </summary>
    public static ImmutableArray<int> Own { get; } = ServeSection.GatewayPorts;

    /// <summary>What forbids the ports of a plan; null for nothing.</summary>
    public static string? Problem(SandboxPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Served.IsDefault || plan.Served.Length > MaxServed)
        {
            return $"more than {MaxServed} ports are served";
        }

        if (!plan.Network && !plan.Served.IsEmpty)
        {
            return "ports are served without a network";
        }

        foreach (var port in plan.Served)
        {
            if (port is < ServeSection.FirstPort or > IPEndPoint.MaxPort)
            {
                return $"an agent can't listen on port {port}: it is none of {ServeSection.FirstPort} to {IPEndPoint.MaxPort}";
            }

            if (Own.Contains(port))
            {
                return $"an agent can't serve on port {port}, which is one of the sandbox's own";
            }
        }

        return null;
    }
}
