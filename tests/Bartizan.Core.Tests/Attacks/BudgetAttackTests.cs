using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Tests.Budgets;
using Bartizan.Core.Tests.Enforcement;
using static Bartizan.Core.Tests.Budgets.BudgetWorld;

namespace Bartizan.Core.Tests.Attacks;

/// <summary>What an agent, an upstream or a clock may try so that more is spent than a budget says.</summary>
public sealed class BudgetAttackTests
{
    [Theory]
    [InlineData(long.MaxValue, 1L)]
    [InlineData(1L, long.MaxValue)]
    [InlineData(long.MaxValue, long.MaxValue)]
    public void Usage_that_overflows_is_spent_whole_and_frees_nothing(long input, long output)
    {
        var ledger = new BudgetLedger(Prices, new ManualClock());
        var session = Open(
            Of(Limit(BudgetScope.Day, BudgetUnit.ModelTokens, 10_000), Limit(BudgetScope.Day, BudgetUnit.Usd, 10_000))
        );
        var held = ledger.Reserve(session, Model(session)).Reservation!;

        ledger.Settle(held, Used(input, output, long.MaxValue));

        ledger.Reserve(session, Model(session)).Reservation.ShouldBeNull();
        ledger.Standing(session, BudgetScope.Day, BudgetUnit.ModelTokens).ShouldBe(long.MaxValue);
        ledger.Standing(session, BudgetScope.Day, BudgetUnit.Usd).ShouldBeGreaterThan(10_000);
    }

    [Fact]
    public void Usage_below_what_was_seen_to_stream_is_not_believed()
    {
        var ledger = new BudgetLedger(Prices, new ManualClock());
        var session = Open(Of(Limit(BudgetScope.Day, BudgetUnit.ModelTokens, 10_000)));
        var held = ledger.Reserve(session, Model(session)).Reservation!;
        var lie = Used(10, 1);

        var spent = ledger.Settle(held, lie with { Usage = lie.Usage! with { LeastOutputTokens = 700 } });

        spent.Tokens.ShouldBe(710);
    }

    [Fact]
    public void A_cache_that_is_larger_than_the_input_is_priced_as_it_is_told()
    {
        var ledger = new BudgetLedger(Prices, new ManualClock());
        var session = Open(Of(Limit(BudgetScope.Day, BudgetUnit.Usd, 1_000_000)));
        var held = ledger.Reserve(session, Model(session)).Reservation!;
        var lie = Used(10, 0);

        var spent = ledger.Settle(held, lie with { Usage = lie.Usage! with { CacheReadTokens = 1000 } });

        spent.MicroDollars.ShouldBe(100);
    }

    [Fact]
    public void A_clock_that_goes_back_does_not_bring_a_day_back()
    {
        var clock = new WallClock { Now = new DateTimeOffset(2026, 11, 21, 23, 0, 0, TimeSpan.Zero) };
        var ledger = new BudgetLedger(Prices, clock);
        var session = Open(Of(Limit(BudgetScope.Day, BudgetUnit.Tool, 1)));
        var call = Act(session, new ToolTarget("a", "b"));
        ledger.Reserve(session, call).Reservation!.Spend.Day.ShouldBe(new DateOnly(2026, 11, 21));
        clock.Now = clock.Now.AddDays(-1);

        ledger.Reserve(session, call).Reservation.ShouldBeNull();
        clock.Now = clock.Now.AddDays(1);
        ledger.Reserve(session, call).Reservation.ShouldBeNull();
        clock.Now = clock.Now.AddHours(1);
        ledger.Reserve(session, call).Reservation.ShouldNotBeNull();
    }

    [Fact]
    public void A_restart_with_the_clock_set_back_does_not_bring_a_day_back()
    {
        var clock = new WallClock { Now = new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero) };
        var session = Open(Of(Limit(BudgetScope.Day, BudgetUnit.Tool, 1)));
        var ledger = new BudgetLedger(Prices, clock);
        ledger.Restore([
            Spent("tester", new DateOnly(2026, 11, 21), tools: 1),
            Spent("tester", new DateOnly(2026, 11, 20), tools: 0),
        ]);

        ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).Refusal!.ShouldContain("refills at 2026-11-22");
    }

    [Fact]
    public void A_restart_does_not_fill_a_bucket()
    {
        var clock = new WallClock { Now = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero) };
        var session = Open(
            new Budget { Rates = [new BudgetRate(BudgetScope.Day, Verb.Tool, 60, TimeSpan.FromMinutes(1))] }
        );
        var ledger = new BudgetLedger(Prices, clock);
        ledger.Restore([Spent("tester", new DateOnly(2026, 11, 21), tools: 60)]);

        ledger.Reserve(session, Act(session, new ToolTarget("a", "b"))).RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_new_version_of_a_manifest_goes_on_with_the_days_budget()
    {
        var fold = new SpendFold();
        foreach (var version in new[] { "tester@1", "tester@2" })
        {
            fold.Add(
                new Core.Entries.Entry
                {
                    Kind = Core.Entries.EntryKind.Intent,
                    Agent = version,
                    Person = "alice",
                    Verb = Verb.Tool,
                    Spend = new Spend { Day = new DateOnly(2026, 11, 21), Team = "team" },
                }
            );
        }

        fold.Result.ShouldHaveSingleItem().Calls[Verb.Tool].ShouldBe(2);
    }

    [Fact]
    public void Requests_for_huge_outputs_and_many_answers_reserve_no_more_than_is_left_and_never_overflow()
    {
        var ledger = new BudgetLedger(Prices, new ManualClock());
        var session = Open(
            Of(
                Limit(BudgetScope.Session, BudgetUnit.ModelTokens, 1000),
                Limit(BudgetScope.Session, BudgetUnit.Usd, 1_000_000)
            )
        );
        var action = Model(session);
        action = action with { Estimate = action.Estimate! with { MaxOutputTokens = long.MaxValue, Answers = 128 } };

        var held = ledger.Reserve(session, action).Reservation!;

        held.Spend.Tokens.ShouldBe(1000);
        held.AskAtMost.ShouldBe(900 / 128);
        var huge = action with { Estimate = action.Estimate! with { InputTokens = long.MaxValue } };
        ledger.Reserve(session, huge).Reservation.ShouldBeNull();
    }

    [Fact]
    public void A_loop_is_not_hidden_by_other_calls_in_between()
    {
        var ledger = new BudgetLedger(Prices, new ManualClock());
        var session = Open(new Budget { SameCall = 3 });
        var loop = Act(session, new ToolTarget("a", "loop"));
        for (var i = 0; i < 3; i++)
        {
            ledger.Reserve(session, loop).Reservation.ShouldNotBeNull();
        }

        for (var i = 0; i < SessionAccountBound + 10; i++)
        {
            ledger.Reserve(session, Act(session, new ToolTarget("a", $"other{i}"))).Reservation.ShouldNotBeNull();
        }

        ledger.Reserve(session, loop).Reservation.ShouldBeNull();
    }

    [Fact]
    public void A_dearer_model_does_not_pass_under_the_name_of_a_cheaper_one()
    {
        var table = PriceTable.BuiltIn;

        table.Find("gpt-5-2025-08-07").ShouldBe(table.Find("gpt-5"));
        table.Find("claude-opus-4-5-20251101").ShouldBe(table.Find("claude-opus-4-5"));
        foreach (
            var unknown in new[]
            {
                "gpt-5-pro",
                "gpt-5-",
                "gpt-5-2025-08-07-pro",
                "gpt-52",
                "GPT-5",
                "claude-opus-4-5-99999999",
                "",
            }
        )
        {
            table.Find(unknown).ShouldBeNull(unknown);
        }
    }

    private const int SessionAccountBound = 4096;

    private static RecordedSpend Spent(string agent, DateOnly day, long tools) =>
        new(
            agent,
            "alice",
            "team",
            day,
            System.Collections.Immutable.ImmutableDictionary<Verb, long>.Empty.Add(Verb.Tool, tools),
            Spend.None
        );

    private sealed class WallClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => 0;
    }
}
