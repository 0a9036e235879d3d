using Bartizan.Core.Sessions;
using Bartizan.Daemon.Sessions;
using Bartizan.Gateway.Inbound;

namespace Bartizan.Daemon.Serving;

/// <summary>The session of one caller, from when it was asked for until nobody could mistake it for open any more.</summary>
internal sealed class HeldSession(Caller caller)
{
    /// <summary>For whom it is.</summary>
    public Caller Caller => caller;

    /// <summary>True once it was ended.</summary>
    public bool IsOver => Live is { Session.State: SessionState.Ending or SessionState.Ended };

    /// <summary>True for one that others may have the place of: nobody uses it, and nothing was ever allowed in it.</summary>
    public bool IsSpare => UnderWay == 0 && !WasGranted && !IsOver;

    /// <summary>Completes when it is open.</summary>
    public Task<ServedSession>? Opening { get; set; }

    /// <summary>It, from its first moment on.</summary>
    public LiveSession? Live { get; set; }

    /// <summary>The agent in its sandbox; null for one that runs elsewhere.</summary>
    public SandboxedAgent? Agent { get; set; }

    /// <summary>Requests that are under way in it.</summary>
    public int UnderWay { get; set; }

    /// <summary>True once a request of it was allowed.</summary>
    public bool WasGranted { get; set; }

    /// <summary>True for one that ends because it could not be opened.</summary>
    public bool CouldNotOpen { get; set; }

    /// <summary>When it was last left.</summary>
    public long Left { get; set; }
}
