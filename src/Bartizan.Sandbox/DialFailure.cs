namespace Bartizan.Sandbox;

/// <summary>Why a dial into a sandbox came to nothing.</summary>
public enum DialFailure
{
    /// <summary>The sandbox was killed or has ended: no dial into it succeeds any more.</summary>
    Ended,

    /// <summary>The port is none of <see cref="SandboxPlan.Served"/>; nothing was dialed.</summary>
    NotServed,

    /// <summary>
    /// Nobody listens on it, neither by IPv4 nor by IPv6: the agent doesn't yet, or doesn't any more. Another dial may find somebody.
    /// </summary>
    NobodyListens,

    /// <summary>As many connections are open or being dialed as one sandbox may have.</summary>
    TooMany,

    /// <summary>The agent lets connections wait: its queue was full for as long as a dial may take.</summary>
    TimedOut,

    /// <summary>The sandbox's network has no port or no memory left for it, or what was dialed isn't the agent's.</summary>
    Unreachable,
}
