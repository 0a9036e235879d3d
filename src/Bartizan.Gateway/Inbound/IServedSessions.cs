namespace Bartizan.Gateway.Inbound;

/// <summary>The sessions of callers: one for each user. The daemon opens and ends them.</summary>
public interface IServedSessions
{
    /// <summary>The caller's session, opened with the first request; null while there is no room for another.</summary>
    /// <remarks>It isn't ended for being idle before <see cref="Leave"/> was called as often.</remarks>
    ValueTask<ServedSession?> EnterAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>A request of it is over; a session in which none was ever allowed yields its place to others.</summary>
    void Leave(ServedSession session, bool wasGranted);
}
