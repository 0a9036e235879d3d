using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Gateway.Egress.Git;
using Bartizan.Gateway.Egress.Injection;
using Bartizan.Gateway.Egress.Intercepted;

namespace Bartizan.Gateway.Egress;

/// <summary>What every connection of the egress proxy works with.</summary>
internal sealed record EgressWiring(
    ReferenceMonitor Monitor,
    ISessionTokens Tokens,
    Upstream Upstream,
    TimeProvider Clock,
    EgressOptions Options
)
{
    /// <summary>Looks into TLS; null where nothing can, and what would need it is refused.</summary>
    public Interceptor? Interceptor { get; init; }

    /// <summary>Puts credentials into requests; null where none can be, and what would need one is refused.</summary>
    public Injector? Injector { get; init; }

    /// <summary>Carries Git over SSH; null where nothing can, and such a request is refused as any that can't be read.</summary>
    public GitForwarder? Git { get; init; }

    /// <summary>The memory of requests that are read whole before they are decided.</summary>
    public HeldBytes Held { get; } = new();

    /// <summary>Cookies that stay outside the sandboxes.</summary>
    public CookieJars Cookies { get; } = new();

    /// <summary>The enforcement point, as entries name it.</summary>
    public const string Point = AgentAction.EgressPoint;

    /// <summary>The name that entries carry for what could not be read (RFC 6761 keeps it out of every zone).</summary>
    public static readonly HostName Unreadable = HostName.TryParse("unreadable.invalid", out var name, out _)
        ? name
        : throw new InvalidOperationException("a constant name can't be read");
}
