using Bartizan.Client.Sessions;
using Bartizan.Core.Budgets;

namespace Bartizan.Daemon.Sessions;

/// <summary>The live sessions, as the control API lists them.</summary>
internal static class SessionLines
{
    /// <summary>Each, the oldest first.</summary>
    public static IReadOnlyList<SessionSummary> Of(LiveSessions sessions, BudgetLedger ledger) =>
        [.. sessions.All.OrderBy(live => live.Since).Select(live => Of(live, ledger))];

    private static SessionSummary Of(LiveSession live, BudgetLedger ledger)
    {
        var (input, output) = live.Tally.Tokens;
        return new SessionSummary
        {
            Session = live.Session.Id.ToString(),
            Agent = live.Session.Agent,
            Person = live.Session.Person,
            State = live.Session.State.ToString().ToLowerInvariant(),
            Since = live.Since,
            Labels = live.Session.Labels.ToString().ToLowerInvariant(),
            Kind = live.Kind,
            Budgets =
            [
                .. ledger
                    .StandingOf(live.Session)
                    .Select(b => new BudgetLine(b.Limit.Name, b.Used, b.Limit.Most, b.ToString())),
            ],
            Entries = live.Tally.Entries,
            Calls = live.Tally.Calls,
            Refusals = live.Tally.Refused,
            Tokens = input + output,
            MicroDollars = live.Tally.MicroDollars,
        };
    }
}
