using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Tests.Enforcement;
using static Bartizan.Core.Tests.Budgets.BudgetWorld;

namespace Bartizan.Core.Tests.Budgets;

public sealed class BudgetLedgerTests
{
    private readonly ManualClock _clock = new();
    private readonly BudgetLedger _ledger;

    public BudgetLedgerTests() => _ledger = new BudgetLedger(Prices, _clock);

    [Fact]
    public void The_worst_case_is_reserved_and_what_was_not_used_comes_back()
    {
        var session = Open(
            Of(
                Limit(BudgetScope.Session, BudgetUnit.ModelTokens, 2000),
                Limit(BudgetScope.Day, BudgetUnit.Usd, 1_000_000)
            )
        );

        var held = _ledger.Reserve(session, Model(session)).Reservation!;

        held.Spend.Tokens.ShouldBe(1100);
        held.Spend.MicroDollars.ShouldBe(100 + 2000);
        held.AskAtMost.ShouldBeNull();
        _ledger.Settle(held, Used(80, 20)).Tokens.ShouldBe(100);
        _ledger.Standing(session, BudgetScope.Session, BudgetUnit.ModelTokens).ShouldBe(100);
        _ledger.Standing(session, BudgetScope.Day, BudgetUnit.Usd).ShouldBe(80 + 40);
    }

    [Fact]
    public void An_answer_without_usage_an_abandoned_one_and_one_that_was_cut_cost_what_was_reserved()
    {
        var session = Open(Of(Limit(BudgetScope.Session, BudgetUnit.ModelTokens, 10_000)));
        foreach (
            var outcome in new[]
            {
                new Outcome(OutcomeKind.Done),
                new Outcome(OutcomeKind.Abandoned),
                new Outcome(OutcomeKind.Cut, "cut", new Usage { InputTokens = 3, OutputTokens = 1 }),
                new Outcome(OutcomeKind.Failed, "500"),
                new Outcome(OutcomeKind.Unknown),
            }
        )
        {
            var held = _ledger.Reserve(session, Model(session)).Reservation!;
            _ledger.Settle(held, outcome).Tokens.ShouldBe(1100, outcome.Kind.ToString());
        }

        _ledger.Standing(session, BudgetScope.Session, BudgetUnit.ModelTokens).ShouldBe(5500);
    }

    [Fact]
    public void What_never_left_costs_no_tokens()
    {
        var session = Open(Of(Limit(BudgetScope.Session, BudgetUnit.ModelTokens, 2000)));
        var held = _ledger.Reserve(session, Model(session)).Reservation!;

        _ledger.Settle(held, new Outcome(OutcomeKind.Failed) { IsFree = true });

        _ledger.Standing(session, BudgetScope.Session, BudgetUnit.ModelTokens).ShouldBe(0);
    }

    [Fact]
    public void The_last_of_a_budget_is_given_and_the_request_is_told_to_ask_for_no_more()
    {
        var session = Open(Of(Limit(BudgetScope.Session, BudgetUnit.ModelTokens, 500)));

        var held = _ledger.Reserve(session, Model(session)).Reservation!;

        held.AskAtMost.ShouldBe(400);
        held.OutputTokens.ShouldBe(400);
        held.Spend.Tokens.ShouldBe(500);
        _ledger.Reserve(session, Model(session, input: 0, output: 1)).Reservation.ShouldBeNull();
    }

    [Fact]
    public void Money_bounds_the_output_as_tokens_do()
    {
        var session = Open(Of(Limit(BudgetScope.Session, BudgetUnit.Usd, 301)));

        var held = _ledger.Reserve(session, Model(session)).Reservation!;

        held.AskAtMost.ShouldBe(100);
        held.Spend.MicroDollars.ShouldBe(300);
    }

    [Fact]
    public void A_refusal_says_which_budget_its_limit_what_is_used_and_when_it_refills()
    {
        var session = Open(Of(Limit(BudgetScope.Day, BudgetUnit.Usd, 1_000_000)));
        _ledger.Settle(
            _ledger.Reserve(session, Model(session, input: 1_000_000, output: 0)).Reservation!,
            new Outcome(OutcomeKind.Unknown)
        );

        var answer = _ledger.Reserve(session, Model(session));

        answer.Reservation.ShouldBeNull();
        answer.Refusal.ShouldBe(
            "`budgets.day.usd` is 1.00 USD, of which 1.00 USD are used or reserved, and this may take 0.000102 USD; it refills at 2026-11-22T00:00:00Z"
        );
    }

    [Fact]
    public void A_model_without_a_price_is_refused_under_a_usd_budget_and_told_how_to_get_one()
    {
        var session = Open(Of(Limit(BudgetScope.Day, BudgetUnit.Usd, 1_000_000)));
        var action = Model(session) with { Target = new ModelTarget("local", "llama") };

        _ledger
            .Reserve(session, action)
            .Refusal!.ShouldContain("no price is known for `llama`: an operator can add it to `prices.yaml`");
    }

    [Fact]
    public void A_new_day_refills_and_a_settlement_of_the_day_before_takes_nothing_from_it()
    {
        var session = Open(Of(Limit(BudgetScope.Day, BudgetUnit.ModelTokens, 2000)));
        var before = _ledger.Reserve(session, Model(session)).Reservation!;
        _clock.Advance(TimeSpan.FromDays(1));
        var after = _ledger.Reserve(session, Model(session)).Reservation!;

        _ledger.Settle(before, Used(0, 0));

        after.Spend.Day.ShouldBe(new DateOnly(2026, 11, 22));
        _ledger.Standing(session, BudgetScope.Day, BudgetUnit.ModelTokens).ShouldBe(1100);
    }

    [Fact]
    public void A_new_session_has_a_new_session_budget_and_the_same_day_user_and_team_budget()
    {
        var budget = Of(
            Limit(BudgetScope.Session, BudgetUnit.Tool, 1),
            Limit(BudgetScope.Day, BudgetUnit.Tool, 4),
            Limit(BudgetScope.User, BudgetUnit.Tool, 2),
            Limit(BudgetScope.Team, BudgetUnit.Tool, 5)
        );
        string? Call(string agent, string person)
        {
            var session = Open(budget, agent, person);
            return _ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).Refusal;
        }

        Call("one", "alice").ShouldBeNull();
        Call("one", "alice").ShouldBeNull();
        Call("one", "alice")!.ShouldContain("`budgets.user.tool`");
        Call("one", "bob").ShouldBeNull();
        Call("one", "bob").ShouldBeNull();
        Call("one", "carol")!.ShouldContain("`budgets.day.tool`");
        Call("two", "carol").ShouldBeNull();
        Call("two", "alice")!.ShouldContain("`budgets.team.tool`");
    }

    [Fact]
    public void Only_so_many_are_under_way_at_once()
    {
        var session = Open(Of(Limit(BudgetScope.Session, BudgetUnit.Concurrent, 1)));
        var first = _ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).Reservation!;

        var second = _ledger.Reserve(session, Act(session, new ToolTarget("a", "b")));

        second.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        _ledger.Settle(first, new Outcome(OutcomeKind.Done));
        _ledger.Settle(first, new Outcome(OutcomeKind.Done));
        _ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).Reservation.ShouldNotBeNull();
        _ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).Reservation.ShouldBeNull();
    }

    [Fact]
    public void Bytes_are_taken_before_they_pass()
    {
        var session = Open(Of(Limit(BudgetScope.Session, BudgetUnit.Bytes, 100)));
        var held = _ledger.Reserve(session, Model(session, bytes: 40)).Reservation!;

        _ledger.TryTake(held, 60).ShouldBeTrue();
        _ledger.TryTake(held, 1).ShouldBeFalse();

        held.Exhausted!.ShouldContain("`budgets.session.bytes` is used up");
        _ledger.Settle(held, Used(1, 1, bytes: 60)).Bytes.ShouldBe(100);
    }

    [Fact]
    public void A_sessions_time_ends_its_actions_and_what_is_under_way()
    {
        var session = Open(Of(Limit(BudgetScope.Session, BudgetUnit.WallClock, 60)));
        var held = _ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).Reservation!;
        _clock.Advance(TimeSpan.FromSeconds(60));

        _ledger
            .Reserve(session, Act(session, new ToolTarget("a", "b")))
            .Refusal!.ShouldContain("`budgets.session.wall_clock` is 60s");
        _clock.Advance(TimeSpan.FromSeconds(1));
        _ledger.TryTake(held, 1).ShouldBeFalse();
    }

    [Fact]
    public void A_bucket_gives_what_is_in_it_and_then_as_fast_as_it_refills()
    {
        var session = Open(
            new Budget { Rates = [new BudgetRate(BudgetScope.Day, Verb.Tool, 3, TimeSpan.FromMinutes(1))] }
        );
        var call = Act(session, new ToolTarget("a", "b"));
        for (var i = 0; i < 3; i++)
        {
            _ledger.Reserve(session, call).Reservation.ShouldNotBeNull();
        }

        var refused = _ledger.Reserve(session, call);

        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(20));
        refused.Refusal.ShouldBe("`budgets.rate.tool` is 3/min, and the next is free in 20 s");
        _ledger
            .Reserve(session, Act(session, new ConnectTarget(HostNameOf("a.example"), 443)))
            .Reservation.ShouldNotBeNull();
        _clock.Advance(TimeSpan.FromSeconds(20));
        _ledger.Reserve(session, call).Reservation.ShouldNotBeNull();
        _ledger.Reserve(session, call).Reservation.ShouldBeNull();
    }

    [Fact]
    public void The_very_same_call_comes_only_so_often()
    {
        var session = Open(new Budget { SameCall = 2 });
        var call = Act(session, new ToolTarget("a", "b"));
        _ledger.Reserve(session, call).Reservation.ShouldNotBeNull();
        _ledger.Reserve(session, call).Reservation.ShouldNotBeNull();

        _ledger.Reserve(session, call).Refusal!.ShouldContain("`budgets.same_call`");
        _ledger.Reserve(session, Act(session, new ToolTarget("a", "c"))).Reservation.ShouldNotBeNull();
    }

    [Fact]
    public void A_reservation_that_is_refused_takes_nothing_from_any_budget()
    {
        var session = Open(
            Of(Limit(BudgetScope.Session, BudgetUnit.Tool, 9), Limit(BudgetScope.Day, BudgetUnit.Tool, 0))
        );

        _ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).Reservation.ShouldBeNull();

        _ledger.Standing(session, BudgetScope.Session, BudgetUnit.Tool).ShouldBe(0);
    }

    private static HostName HostNameOf(string text) =>
        HostName.TryParse(text, out var host, out _) ? host : throw new InvalidOperationException(text);
}
