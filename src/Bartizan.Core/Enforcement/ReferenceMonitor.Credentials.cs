namespace Bartizan.Core.Enforcement;

public sealed partial class ReferenceMonitor
{
    /// <summary>
    /// The credential that an action's rules say is put into it, by its name in the manifest; null for none, and for an action that they
    /// deny. It grants nothing: its point reads the request with it, and the decision says once more which.
    /// </summary>
    public string? CredentialOf(AgentAction action)
    {
        ArgumentNullException.ThrowIfNull(action);
        return
            sessions.Find(action.Session) is { } session
            && session.Policy.Screen(action, CircumstancesOf(session, action))
                is { Effect: Effect.Allow or Effect.Ask } screened
            ? screened.Obligations.Credential
            : null;
    }
}
