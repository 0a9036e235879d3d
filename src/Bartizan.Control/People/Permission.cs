using System.Collections.Immutable;

namespace Bartizan.Control.People;

/// <summary>
/// Who may do what. Pure: what somebody was given, an act and an agent in, yes or no out.
/// <code>
///                   viewer   approver   operator   administrator
/// see                 ●         ●          ●            ●          sessions, entries, findings, how the instance is
/// content                       ●          ●            ●
/// asks and answers              ●
/// switch, settle                           ●            ●
/// people                                                ●          of the whole instance only
/// </code>
/// INVARIANT: who administers answers no asks by that: whoever could give themselves the power would be their own second person.
/// INVARIANT: what isn't named here nobody may.
/// </summary>
public static class Permission
{
    /// <summary>True when somebody may do it.</summary>
    /// <param name="grants">What they were given.</param>
    /// <param name="act">The act.</param>
    /// <param name="agent">The agent whose matter it is; null for a matter of the whole instance.</param>
    public static bool Of(ImmutableArray<Grant> grants, Act act, string? agent) =>
        ScopeOf(act) switch
        {
            Scope.Anybody or Scope.Person => true,
            Scope.Instance => Holds(grants, act, null),
            Scope.Agent => Holds(grants, act, agent),
            _ => false,
        };

    /// <summary>True when they may do it for some agent, so that it is worth asking for which.</summary>
    public static bool Somewhere(ImmutableArray<Grant> grants, Act act) =>
        ScopeOf(act) == Scope.Agent
            ? !grants.IsDefaultOrEmpty && grants.Any(grant => Suffices(grant.Role, act))
            : Of(grants, act, null);

    /// <summary>Of which agents they may do it, as a grant names them; null for all of them and the instance itself.</summary>
    public static ImmutableArray<string>? AgentsOf(ImmutableArray<Grant> grants, Act act) =>
        Of(grants, act, null) ? null
        : grants.IsDefaultOrEmpty ? []
        :
        [
            .. grants
                .Where(grant => Suffices(grant.Role, act) && !grant.Agents.IsDefault)
                .SelectMany(grant => grant.Agents)
                .Distinct(StringComparer.Ordinal),
        ];

    /// <summary>True when it is open to whoever isn't signed in.</summary>
    public static bool IsOpen(Act act) => ScopeOf(act) == Scope.Anybody;

    /// <summary>
    /// True when only a person may do it who signed in, and no token of theirs: a token that leaked makes no others and no people, and says
    /// yes to nothing.
    /// </summary>
    public static bool NeedsPerson(Act act) =>
        act is Act.KeepOneself or Act.KeepOwnTokens or Act.ChangePeople or Act.AnswerAsks;

    /// <summary>True when one role has all that another has.</summary>
    public static bool Implies(Role has, Role needed) =>
        needed switch
        {
            Role.Viewer => has is Role.Viewer or Role.Approver or Role.Operator or Role.Administrator,
            Role.Approver => has is Role.Approver,
            Role.Operator => has is Role.Operator or Role.Administrator,
            Role.Administrator => has is Role.Administrator,
            _ => false,
        };

    private static bool Suffices(Role role, Act act) =>
        act switch
        {
            Act.SeeInstance or Act.SeeSessions or Act.SeeLog => Implies(role, Role.Viewer),
            Act.SeeContent => Implies(role, Role.Approver) || Implies(role, Role.Operator),
            Act.SeeAsks or Act.AnswerAsks => Implies(role, Role.Approver),
            Act.SwitchSessions or Act.SettleWorkspace => Implies(role, Role.Operator),
            Act.SeePeople or Act.ChangePeople => Implies(role, Role.Administrator),
            _ => false,
        };

    private static Scope ScopeOf(Act act) =>
        act switch
        {
            Act.Enter or Act.SeePage => Scope.Anybody,
            Act.SeeOneself or Act.KeepOneself or Act.KeepOwnTokens => Scope.Person,
            Act.SeeInstance or Act.SeeSessions or Act.SeeLog or Act.SeeContent => Scope.Agent,
            Act.SeeAsks or Act.AnswerAsks or Act.SwitchSessions or Act.SettleWorkspace => Scope.Agent,
            Act.SeePeople or Act.ChangePeople => Scope.Instance,
            _ => Scope.Nobody,
        };

    private static bool Holds(ImmutableArray<Grant> grants, Act act, string? agent) =>
        !grants.IsDefaultOrEmpty
        && grants.Any(grant => Suffices(grant.Role, act) && (agent is null ? grant.IsOfAll : grant.Covers(agent)));

    private enum Scope
    {
        Nobody = 0,
        Anybody,
        Person,
        Instance,
        Agent,
    }
}
