using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

public sealed partial class ReferenceMonitor
{
    /// <summary>
    /// Writes what was held back of a session's refusals, and forgets the session with its circuit; its owner calls this when the session
    /// has ended. Null writes what was held back of refusals to nobody's session, when the instance stops. Doesn't throw.
    /// </summary>
    public ValueTask FlushRefusalsAsync(Session? session)
    {
        if (session is not null)
        {
            _circuits.Forget(session);
        }

        return _refusals.FlushAsync(session);
    }

    /// <summary>
    /// Records what an enforcement point refused by itself because there was nothing to decide: a request that can't be
    /// read, a credential of another session, a name asked of DNS. Metered like every refusal; never throws.
    /// </summary>
    public async ValueTask RefuseAsync(AgentAction action, string reason)
    {
        ArgumentNullException.ThrowIfNull(action);
        Session? session = null;
        try
        {
            session = sessions.Find(action.Session);
        }
        catch (Exception)
        {
            // The refusal is recorded all the same, without the agent's name.
        }

        await using var refused = await RefuseAsync(session, action, new Ruling(Decision.Deny(reason)))
            .ConfigureAwait(false);
    }

    private async ValueTask<Passage> RefuseAsync(Session? session, AgentAction action, Ruling ruling)
    {
        var policy = ruling.Policy?.Digest ?? default;

        // What a caller asked and mustn't says nothing of the agent: else any caller could have it paused.
        if (session is not null && ruling.Decision.RetryAfter is null && action.Target is not ServeTarget)
        {
            _circuits.Refused(session);
        }

        await _refusals
            .WriteAsync(session, action, ruling.Decision, policy, ruling.Verdict, ruling.Asked)
            .ConfigureAwait(false);
        return Passage.Refuse(ruling.Decision);
    }
}
