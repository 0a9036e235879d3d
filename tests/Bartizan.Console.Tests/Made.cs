using System.Globalization;
using Bartizan.Client.Approvals;
using Bartizan.Client.Records;
using Bartizan.Client.Sessions;

namespace Bartizan.Console.Tests;

/// <summary>Replies as an instance makes them.</summary>
internal static class Made
{
    public static readonly DateTimeOffset Then = new(2026, 11, 23, 7, 30, 0, TimeSpan.Zero);

    public static string SessionId(int at) => string.Create(CultureInfo.InvariantCulture, $"s-{at:d20}");

    public static SessionSummary Session(int at, string agent = "triage@3", string state = "running") =>
        new()
        {
            Session = SessionId(at),
            Agent = agent,
            Person = "alice",
            State = state,
            Since = Then.AddSeconds(at),
            Labels = at % 3 == 0 ? "untrusted, private" : "none",
            Kind = at % 2 == 0 ? "run" : "attach",
            Calls = at,
            Refusals = at % 7,
            Tokens = at * 1200L,
            MicroDollars = at * 3100L,
            Budgets =
            [
                new BudgetLine("budgets.day.usd", at * 3100L, 2_000_000, $"${at * 0.0031m:0.00} of $2.00 a day"),
            ],
        };

    public static LogRow Row(long index, string kind, string lane, string verb, string target) =>
        new()
        {
            Index = index,
            Time = Then.AddMilliseconds(index * 731),
            Kind = kind,
            Lane = lane,
            Verb = verb,
            Target = target,
            Session = SessionId(1),
            Agent = "triage@3",
            Person = "alice",
            Passage = kind is "intent" or "outcome" ? index / 2 + 1 : 0,
            Outcome = kind == "outcome" ? "done" : null,
            Effect = kind == "refusal" ? "deny" : "allow",
            Reason = kind == "refusal" ? "no rule allows it" : null,
            Needed = kind == "refusal" ? $"allow: {verb} {target}" : null,
            Milliseconds = kind == "outcome" ? 12.5 : 0,
            BytesOut = 512,
            BytesIn = 20_480,
        };

    public static AskLine Ask(string id = "a-0123456789ab") =>
        new()
        {
            Id = id,
            Digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            Session = SessionId(1),
            Agent = "support@7",
            Person = "alice",
            Action = "tool mail/send",
            Details = ["to: \"bob@example.com\"", "subject: \"Your refund\"", "body: \"It is on its way.\""],
            Arguments = """{"to":"bob@example.com","subject":"Your refund","body":"It is on its way."}""",
            Rules = ["ask: tool mail/send (support.yaml:31:5)"],
            Why = "Drafts are read before they leave.",
            Needs = "one of: support-leads",
            Scope = "session",
            Since = Then,
            Until = Then.AddMinutes(15),
        };
}
