using Bartizan.Client.Approvals;
using Bartizan.Core.Approvals;

namespace Bartizan.Daemon.Approvals;

/// <summary>Asks, as the control API shows them.</summary>
internal static class AskLines
{
    /// <summary>One, without its arguments: those may have megabytes, and are for who opens it.</summary>
    /// <param name="ask">The ask.</param>
    /// <param name="whyNot">Why whoever looks can't say yes; null when they can.</param>
    /// <param name="equal">How many wait for an equal action.</param>
    public static AskLine Of(WaitingAsk ask, string? whyNot, int equal)
    {
        var (request, rules) = (ask.Request, ask.Request.Decision.Rules);
        var asking = rules.Where(rule => rule.Text.StartsWith("ask:", StringComparison.Ordinal)).ToList();
        return new AskLine
        {
            Id = request.Id,
            Digest = request.Digest.ToString(),
            Session = request.Session.Id.ToString(),
            Agent = request.Session.Agent,
            Person = request.Session.Person,
            Action = ask.Text.Title,
            Details = ask.Text.Details,
            Rules = [.. asking.Select(rule => $"{ShownText.Bounded(rule.Text)} ({rule.Place})")],
            Why = ShownText.Bounded(ask.Why(asking)),
            Needs = ask.Count.Needs,
            Yes = [.. ask.Yes.Where(one => one.Holds()).Select(one => one.Person.Name ?? one.Person.Account)],
            Scope = ApprovalScope.Write(ask.Count.MaxUses),
            Equal = equal,
            Group = ask.Equal.ToString(),
            Since = ask.Since,
            Until = ask.Until,
            WhyNot = whyNot,
        };
    }

    /// <summary>A list of them with its digest.</summary>
    public static AsksReply List(IReadOnlyList<AskLine> lines) =>
        new(lines, ApprovalList.DigestOf(lines.Select(line => (line.Id, line.Digest))).ToString());
}
