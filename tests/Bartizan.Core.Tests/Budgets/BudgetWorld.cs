using System.Collections.Immutable;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Tests.Budgets;

/// <summary>Sessions with budgets, a ledger, and a clock that can be turned both ways.</summary>
internal static class BudgetWorld
{
    /// <summary>One dollar for a million tokens in, two for a million out, and a hundred and a thousand tokens at most.</summary>
    public static PriceTable Prices { get; } =
        new()
        {
            Prices =
            [
                new Price
                {
                    Model = "claude",
                    Input = Money.PerDollar,
                    Output = 2 * Money.PerDollar,
                    CacheRead = Money.PerDollar / 10,
                    CacheWrite = Money.PerDollar,
                    Context = 100_000,
                    MaxOutput = 1000,
                },
            ],
        };

    public static BudgetLimit Limit(BudgetScope scope, BudgetUnit unit, long most) => new(scope, unit, most);

    public static Budget Of(params BudgetLimit[] limits) => Budget.Of([new Budget { Limits = [.. limits] }])!;

    public static Session Open(Budget? budget, string agent = "tester", string person = "alice", string owner = "team")
    {
        var manifest = new Manifest
        {
            Agent = agent,
            Version = 1,
            Owner = owner,
            Budget = budget,
            Layers = [new RuleLayer("manifest", false, [])],
        };
        var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), person, false);
        control.Start().ShouldBeTrue();
        return session;
    }

    public static AgentAction Model(Session session, long input = 100, long? output = 1000, long bytes = 0) =>
        Act(session, new ModelTarget("anthropic", "claude")) with
        {
            Estimate = new SpendEstimate
            {
                InputTokens = input,
                MaxOutputTokens = output,
                Bytes = bytes,
            },
        };

    public static AgentAction Act(Session session, ActionTarget target) =>
        new()
        {
            Session = session.Id,
            Target = target,
            Point = "test",
        };

    public static LedgerAnswer Reserve(this BudgetLedger ledger, Session session, AgentAction action) =>
        ledger.ReserveAsync(session, action, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    public static Outcome Used(long input, long output, long bytes = 0) =>
        new(
            OutcomeKind.Done,
            "200",
            new Usage
            {
                InputTokens = input,
                OutputTokens = output,
                BytesIn = bytes,
                IsCounted = true,
            }
        );

    public static long Standing(this BudgetLedger ledger, Session session, BudgetScope scope, BudgetUnit unit) =>
        ledger.StandingOf(session).Single(s => s.Limit.Scope == scope && s.Limit.Unit == unit).Used;
}
