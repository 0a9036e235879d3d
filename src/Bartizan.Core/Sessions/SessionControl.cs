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

    /// <summary>
    /// any live state → ending, and fires <see cref="Session.Revoked"/>. When it returns, to whichever caller, the gate is
    /// shut and the token says so; what was registered on the token runs on the thread pool and can neither delay nor stop
    /// this call. False when the session was ending already.
    /// </summary>
    public bool End() => Session.End();

    /// <summary>ending → ended.</summary>
    public bool Finish() => Session.Move(SessionState.Ending, SessionState.Ended);

    /// <summary>
    /// Takes a label off that people have looked at up to a number, and recorded so; returns why it stays when more was met since. What
    /// was met of sequences stays, and so does what its values are known by.
    /// </summary>
    public string? Declassify(Labels label, long seen) => Session.Declassify(label, seen);

    /// <summary>Puts another policy in force for everything that has not been granted yet.</summary>
    public void Replace(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        Session.Replace(policy);
    }
}
