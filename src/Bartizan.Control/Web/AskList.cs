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
        List<AskLine> asks =
        [
            .. desk.Asks(caller.Account).Asks.Where(ask => caller.May(Act.SeeAsks, AgentName.Of(ask.Agent))),
        ];
        return new AsksReply(asks, ApprovalList.DigestOf(asks.Select(ask => (ask.Id, ask.Digest))).ToString());
    }

    /// <summary>The agents behind asks; of one that isn't there, the whole instance.</summary>
    public static List<string?> AgentsOf(IAskDesk desk, Caller caller, IEnumerable<string> ids)
    {
        var asks = desk.Asks(caller.Account).Asks.ToDictionary(ask => ask.Id, StringComparer.Ordinal);
        return [.. ids.Select(id => asks.GetValueOrDefault(id) is { } ask ? AgentName.Of(ask.Agent) : null).Distinct()];
    }
}
