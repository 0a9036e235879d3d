using System.Collections.Immutable;
using Bartizan.Client.Approvals;
using Bartizan.Control.People;
using Bartizan.Core.Approvals;

namespace Bartizan.Control.Web;

/// <summary>The inbox, as far as somebody's roles reach.</summary>
internal static class AskList
{
    /// <summary>The asks of agents that a person answers for; the list's digest is of those.</summary>
    public static AsksReply Of(IAskDesk desk, Caller caller)
    {
        List<AskLine> asks = [.. desk.Asks(caller.Account).Asks.Where(ask => IsTheirs(caller, ask.Agent))];
        return new AsksReply(asks, ApprovalList.DigestOf(asks.Select(ask => (ask.Id, ask.Digest))).ToString());
    }

    /// <summary>One of them, whole; null when there is none.</summary>
    public static AskLine? One(IAskDesk desk, Caller caller, string id) =>
        desk.Ask(caller.Account, id) is { } ask && IsTheirs(caller, ask.Agent) ? ask : null;

    /// <summary>Which of those that wait are for a person to see.</summary>
    public static IReadOnlyList<string> IdsOf(IReadOnlyList<AskNote> waiting, Caller caller) =>
        [.. waiting.Where(ask => IsTheirs(caller, ask.Agent)).Select(ask => ask.Id)];

    /// <summary>The same for who asks many times a second: what nobody changed isn't gone through again.</summary>
    public static Func<IReadOnlyList<string>> Watched(IInstance instance, Func<Caller?> now)
    {
        var (waiting, grants, ids) = (
            (IReadOnlyList<AskNote>?)null,
            default(ImmutableArray<Grant>),
            (IReadOnlyList<string>)[]
        );
        return () =>
        {
            if (now() is not { } caller)
            {
                return [];
            }

            var (wait, given) = (instance.Waiting(), caller.Grants);
            if (!ReferenceEquals(wait, waiting) || given != grants)
            {
                (waiting, grants, ids) = (wait, given, IdsOf(wait, caller));
            }

            return ids;
        };
    }

    /// <summary>The agents behind asks; of one that isn't there, the whole instance.</summary>
    public static List<string?> AgentsOf(IInstance instance, IEnumerable<string> ids)
    {
        var asks = instance.Waiting().ToDictionary(ask => ask.Id, StringComparer.Ordinal);
        return [.. ids.Select(id => asks.GetValueOrDefault(id) is { } ask ? AgentName.Of(ask.Agent) : null).Distinct()];
    }

    private static bool IsTheirs(Caller caller, string agent) => caller.May(Act.SeeAsks, AgentName.Of(agent));
}
