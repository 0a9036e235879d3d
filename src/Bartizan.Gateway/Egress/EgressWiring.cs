using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;

namespace Bartizan.Gateway.Egress;

/// <summary>What every connection of the egress proxy works with.</summary>
internal sealed record EgressWiring(
    ReferenceMonitor Monitor,
    ISessionTokens Tokens,
    Upstream Upstream,
    TimeProvider Clock,
    EgressOptions Options
);
