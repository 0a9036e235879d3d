using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>The switch on a session. Each move is an entry with its reason; each is idempotent.</summary>
public interface ISessionSwitch
{
    /// <summary>Holds new passages and freezes the processes.</summary>
    Task PauseAsync(SessionId session, string by, string reason, CancellationToken cancellationToken);

    /// <summary>Lets a paused session go on.</summary>
    Task ResumeAsync(SessionId session, string by, string reason, CancellationToken cancellationToken);

    /// <summary>
    /// Denies at the gate, revokes the token, closes listeners and tunnels, kills the processes, verifies that none is left,
    /// records. Returns when that is verified.
    /// </summary>
    Task KillAsync(SessionId session, string by, string reason, CancellationToken cancellationToken);
}
