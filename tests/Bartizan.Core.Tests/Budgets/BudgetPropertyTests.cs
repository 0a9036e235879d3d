using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Core.Tests.Narrowing;
using static Bartizan.Core.Tests.Budgets.BudgetWorld;

namespace Bartizan.Core.Tests.Budgets;

/// <summary>
/// A thousand actions at once against budgets drawn at random, and again after crashes: what is used never passes a limit by one
/// unit, and the ledger that the log gives back is never more generous than the one that was lost.
/// </summary>
public sealed class BudgetPropertyTests
{
    private const int Actions = 1000;
    private const int Threads = 8;
    private static readonly BudgetUnit[] s_units =
    [
        BudgetUnit.Model,
        BudgetUnit.Tool,
        BudgetUnit.ModelTokens,
        BudgetUnit.Usd,
        BudgetUnit.Bytes,
        BudgetUnit.Concurrent,
    ];

    [Fact]
    public async Task A_thousand_actions_at_once_never_pass_a_limit_by_one_unit_crashes_included()
    {
        for (var seed = 1; seed <= PropertyCases.Or(100); seed++)
        {
            var dice = new Dice(seed);
            var budget = Draw(dice);
            var journal = new MemoryJournal();
            var clock = new ManualClock();
            var lives = dice.Next(1, 5);
            for (var life = 0; life < lives; life++)
            {
                var ledger = new BudgetLedger(Prices, clock);
                ledger.Restore(Fold(journal));
                await LiveAsync(ledger, budget, journal, seed + (life * 1000), crash: life < lives - 1);
            }

            ShouldHold(budget, journal, seed);
        }
    }

    private static async Task LiveAsync(BudgetLedger ledger, Budget budget, MemoryJournal journal, int seed, bool crash)
    {
        Session[] sessions = [Open(budget), Open(budget, person: "bob"), Open(budget, agent: "other")];
        long left = crash ? seed % Actions : Actions;
        var threads = Enumerable
            .Range(0, Threads)
            .Select(thread =>
                Task.Run(() =>
                {
                    var dice = new Dice((seed * Threads) + thread);
                    while (Interlocked.Decrement(ref left) >= 0)
                    {
                        One(ledger, sessions[dice.Next(sessions.Length)], journal, dice);
                        foreach (var session in sessions)
                        {
                            ShouldBeWithin(ledger, session, seed);
                        }
                    }
                })
            );
        await Task.WhenAll(threads);
    }

    // Reserve, record, perhaps crash in between, use at most what was reserved, settle, record.
    private static void One(BudgetLedger ledger, Session session, MemoryJournal journal, Dice dice)
    {
        AgentAction action =
            dice.Next(2) == 0
                ? Act(session, new ToolTarget("a", "b"))
                : Model(session, dice.Next(500), dice.Next(3) == 0 ? null : dice.Next(2000), dice.Next(100));
        if (ledger.Reserve(session, action).Reservation is not { } held)
        {
            return;
        }

        var passage = Interlocked.Increment(ref s_passages);
        Write(journal, session, action, EntryKind.Intent, passage, held.Spend);
        var took = dice.Next(50);
        var bytes = ledger.TryTake(held, took) ? took : 0;
        if (dice.Next(10) == 0)
        {
            return; // The crash: neither settled nor recorded.
        }

        var input = action.Estimate is { } estimate ? dice.Next((int)estimate.InputTokens + 1) : 0;
        var output = action.Estimate is null ? 0 : dice.Next((int)Math.Min(held.OutputTokens, 100_000) + 1);
        var outcome = dice.Next(5) == 0 ? new Outcome(OutcomeKind.Abandoned) : Used(input, output, bytes);
        var spent = ledger.Settle(held, outcome);
        Write(journal, session, action, EntryKind.Outcome, passage, spent);
    }

    private static long s_passages;

    private static void Write(
        MemoryJournal journal,
        Session session,
        AgentAction action,
        EntryKind kind,
        long passage,
        Spend spend
    ) =>
        _ = journal
            .PostAsync(
                new Entry
                {
                    Kind = kind,
                    Session = session.Id,
                    Agent = session.Agent,
                    Person = session.Person,
                    Passage = passage,
                    Verb = action.Target.Verb,
                    Spend = spend,
                },
                CancellationToken.None
            )
            .AsTask();

    private static Budget Draw(Dice dice)
    {
        var limits =
            from scope in Enum.GetValues<BudgetScope>()
            from unit in s_units
            where dice.Next(3) == 0
            select new BudgetLimit(
                scope,
                unit,
                dice.Next(unit is BudgetUnit.Concurrent or BudgetUnit.Tool or BudgetUnit.Model ? 400 : 200_000)
            );
        return Of([.. limits]);
    }

    private static void ShouldBeWithin(BudgetLedger ledger, Session session, int seed)
    {
        foreach (var standing in ledger.StandingOf(session))
        {
            standing.Used.ShouldBeLessThanOrEqualTo(standing.Limit.Most, $"seed {seed}: {standing}");
        }
    }

    private static IEnumerable<RecordedSpend> Fold(MemoryJournal journal)
    {
        var fold = new SpendFold();
        foreach (var entry in journal.Entries)
        {
            fold.Add(entry);
        }

        return fold.Result;
    }

    // By the log alone, over all lives: what no ledger of any one of them could see by itself.
    private static void ShouldHold(Budget budget, MemoryJournal journal, int seed)
    {
        var sums = Fold(journal).ToList();
        foreach (
            var limit in budget.Limits.Where(limit =>
                limit.Scope != BudgetScope.Session && limit.Unit != BudgetUnit.Concurrent
            )
        )
        {
            var groups = sums.GroupBy(sum =>
                limit.Scope switch
                {
                    BudgetScope.Day => sum.Agent,
                    BudgetScope.User => $"{sum.Agent} {sum.Person}",
                    _ => sum.Team,
                }
            );
            foreach (var group in groups)
            {
                group
                    .Sum(sum => AmountOf(sum, limit.Unit))
                    .ShouldBeLessThanOrEqualTo(limit.Most, $"seed {seed}: {limit.Name} of {group.Key}");
            }
        }
    }

    private static long AmountOf(RecordedSpend sum, BudgetUnit unit) =>
        unit switch
        {
            BudgetUnit.ModelTokens => sum.Total.Tokens,
            BudgetUnit.Usd => sum.Total.MicroDollars,
            BudgetUnit.Bytes => sum.Total.Bytes,
            BudgetUnit.Model => sum.Calls.GetValueOrDefault(Verb.Model),
            _ => sum.Calls.GetValueOrDefault(Verb.Tool),
        };
}
