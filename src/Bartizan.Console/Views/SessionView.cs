using Bartizan.Client.Sessions;
using Bartizan.Console.Texts;

namespace Bartizan.Console.Views;

/// <summary>A live session, as the overview shows it: each text made visible.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">Its state.</param>
/// <param name="Agent">Its agent.</param>
/// <param name="Person">Who started it.</param>
/// <param name="Since">When it was opened.</param>
/// <param name="Kind">How it runs.</param>
/// <param name="Labels">What it was exposed to.</param>
/// <param name="Calls">Granted actions.</param>
/// <param name="Refusals">Refused ones.</param>
/// <param name="Spent">What it spent.</param>
/// <param name="Budget">The budget of which the most is used; empty without any.</param>
public sealed record SessionView(
    string Id,
    string State,
    string Agent,
    string Person,
    string Since,
    string Kind,
    string Labels,
    string Calls,
    string Refusals,
    string Spent,
    string Budget
)
{
    /// <summary>Rows that one page holds: what comes after is counted.</summary>
    public const int MaxRows = 1000;

    /// <summary>Of a session.</summary>
    public static SessionView Of(SessionSummary session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return new SessionView(
            Names.IsSession(session.Session) ? session.Session : "",
            VisibleText.Brief(session.State),
            VisibleText.Brief(session.Agent),
            VisibleText.Brief(session.Person),
            Amounts.Time(session.Since),
            VisibleText.Brief(session.Kind),
            session.Labels == "none" ? "" : VisibleText.Brief(session.Labels),
            Amounts.Number(session.Calls),
            Amounts.Number(session.Refusals),
            Amounts.Spent(session.MicroDollars, session.Tokens),
            session.Budgets.Count == 0
                ? ""
                : VisibleText.Brief(session.Budgets.MaxBy(b => b.Most == 0 ? 1 : (double)b.Used / b.Most)!.Says)
        );
    }
}
