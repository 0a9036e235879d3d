using Bartizan.Core.Policies;

namespace Bartizan.Core.Sessions;

/// <summary>The owner's hand on a session. Whoever holds it can move the session; nobody else can.</summary>
public sealed class SessionControl
{
    internal SessionControl(Session session) => Session = session;

    /// <summary>The session it moves.</summary>
    public Session Session { get; }

    /// <summary>preparing → running. False when the session was not preparing.</summary>
    public bool Start() => Session.Move(SessionState.Preparing, SessionState.Running);

    /// <summary>running → paused.</summary>
    public bool Pause() => Session.Move(SessionState.Running, SessionState.Paused);

    /// <summary>paused → running.</summary>
    public bool Resume() => Session.Move(SessionState.Paused, SessionState.Running);

    /// <summary>any live state → ending; fires <see cref="Session.Revoked"/> after the gate is shut.</summary>
    public bool End()
    {
        var moved =
            Session.Move(SessionState.Running, SessionState.Ending)
            || Session.Move(SessionState.Paused, SessionState.Ending)
            || Session.Move(SessionState.Preparing, SessionState.Ending);

        // INVARIANT: the state says ending before anyone hears of the revocation, so that no new passage slips between.
        if (moved)
        {
            Session.Revoke();
        }

        return moved;
    }

    /// <summary>ending → ended.</summary>
    public bool Finish() => Session.Move(SessionState.Ending, SessionState.Ended);

    /// <summary>Puts another policy in force for everything decided from now on.</summary>
    public void Replace(Policy policy) => Session.Replace(policy);
}
