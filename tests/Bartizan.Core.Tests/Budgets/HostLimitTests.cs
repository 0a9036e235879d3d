using System.Collections.Immutable;
using Bartizan.Core.Budgets;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Enforcement;
using Bartizan.Core.Tests.Narrowing;
using static Bartizan.Core.Tests.Budgets.BudgetWorld;

namespace Bartizan.Core.Tests.Budgets;

/// <summary>What a session may have of one host, however many ask for it at once.</summary>
public sealed class HostLimitTests
{
    private readonly ManualClock _clock = new();
    private readonly BudgetLedger _ledger;

    public HostLimitTests() => _ledger = new BudgetLedger(Prices, _clock);

    [Fact]
    public void Openings_are_taken_from_a_bucket_of_the_host_alone()
    {
        var session = Limited(new HostTerms { Rate = Rate(2) });

        _ledger.Reserve(session, To(session, "a.example")).Reservation.ShouldNotBeNull();
        _ledger.Reserve(session, To(session, "a.example")).Reservation.ShouldNotBeNull();
        var refused = _ledger.Reserve(session, To(session, "a.example"));

        refused.Refusal.ShouldBe("`hosts.a.example.rate` is 2/min, and the next is free in 30 s");
        refused.RetryAfter.ShouldBe(TimeSpan.FromSeconds(30));
        _clock.Advance(TimeSpan.FromSeconds(30));
        _ledger.Reserve(session, To(session, "a.example")).Reservation.ShouldNotBeNull();
        _ledger.Reserve(session, To(session, "a.example")).Reservation.ShouldBeNull();
    }

    [Fact]
    public void What_did_not_fit_once_ends_that_way_and_not_the_other()
    {
        var session = Limited(new HostTerms { Up = 10, Down = 10 });
        var held = _ledger.Reserve(session, To(session, "a.example")).Reservation!;

        _ledger.TryTake(held, 8, Heading.Out).ShouldBeTrue();
        _ledger.TryTake(held, 3, Heading.Out).ShouldBeFalse();
        _ledger.TryTake(held, 1, Heading.Out).ShouldBeFalse();

        held.Exhausted.ShouldBe("`hosts.a.example.up` is used up: its limit is 10 bytes");
        _ledger.TryTake(held, 10, Heading.Back).ShouldBeTrue();
        _ledger.Reserve(session, To(session, "a.example")).RetryAfter.ShouldBeNull();
    }

    [Fact]
    public void A_settlement_gives_no_bytes_back()
    {
        var session = Limited(new HostTerms { Down = 10 });
        var held = _ledger.Reserve(session, To(session, "a.example")).Reservation!;
        _ledger.TryTake(held, 10).ShouldBeTrue();
        _ledger.Settle(held, new Outcome(OutcomeKind.Cut) { IsFree = true });

        _ledger.Reserve(session, To(session, "a.example")).Refusal!.ShouldContain("`hosts.a.example.down` is used up");
    }

    [Fact]
    public void What_no_term_names_and_what_another_point_asks_is_not_counted()
    {
        var session = Limited(new HostTerms { Rate = Rate(1) });
        foreach (
            var action in (AgentAction[])
                [To(session, "b.example"), To(session, "x.a.example"), To(session, "a.example") with { Point = "hook" }]
        )
        {
            _ledger.Reserve(session, action).Refusal.ShouldBe("its manifest has no budget to reserve from");
        }

        _ledger.Reserve(session, To(session, "a.example")).Reservation.ShouldNotBeNull();
    }

    [Fact]
    public void Where_the_sessions_budget_is_smaller_that_one_counts_and_the_hosts_is_untouched()
    {
        var session = Limited(new HostTerms { Up = 100 }, Of(Limit(BudgetScope.Session, BudgetUnit.Bytes, 10)));
        var held = _ledger.Reserve(session, To(session, "a.example")).Reservation!;

        _ledger.TryTake(held, 11, Heading.Out).ShouldBeFalse();

        held.Exhausted!.ShouldContain("`budgets.session.bytes`");
        _ledger.TryTake(held, 10, Heading.Out).ShouldBeTrue();
    }

    [Fact]
    public void What_a_host_may_have_is_one_sum_with_its_code()
    {
        var agent = Limited(new HostTerms { Rate = Rate(3), Up = 10 });
        var held = _ledger.Reserve(agent, To(agent, "a.example")).Reservation!;
        _ledger.TryTake(held, 6, Heading.Out).ShouldBeTrue();

        // Each call of the code tool is a session of its own, and so is a tool server.
        var (first, second) = (Beside(agent), Beside(agent));
        var its = _ledger.Reserve(first, To(first, "a.example")).Reservation!;
        _ledger.TryTake(its, 4, Heading.Out).ShouldBeTrue();
        _ledger.TryTake(its, 1, Heading.Out).ShouldBeFalse();

        its.Exhausted.ShouldBe("`hosts.a.example.up` is used up: its limit is 10 bytes");
        _ledger.Reserve(second, To(second, "a.example")).Refusal!.ShouldContain("`hosts.a.example.up` is used up");
        _ledger.TryTake(held, 1, Heading.Out).ShouldBeFalse();
    }

    [Fact]
    public void Openings_and_the_sessions_budget_are_one_sum_with_its_code()
    {
        var agent = Limited(
            new HostTerms { Rate = Rate(2) },
            Of(Limit(BudgetScope.Session, BudgetUnit.Bytes, 10), Limit(BudgetScope.Day, BudgetUnit.Bytes, 15))
        );
        var (first, second, other) = (Beside(agent), Beside(agent), Limited(new HostTerms(), agent.Manifest.Budget));

        var held = _ledger.Reserve(first, To(first, "a.example")).Reservation!;
        _ledger.TryTake(held, 10, Heading.Out).ShouldBeTrue();
        var mine = _ledger.Reserve(agent, To(agent, "a.example")).Reservation!;
        _ledger.TryTake(mine, 1, Heading.Out).ShouldBeFalse();
        mine.Exhausted!.ShouldContain("`budgets.session.bytes`");
        _ledger.Reserve(second, To(second, "a.example")).Refusal!.ShouldContain("`hosts.a.example.rate` is 2/min");

        // The day's is the agent's, whoever of it spends.
        var theirs = _ledger.Reserve(other, To(other, "a.example")).Reservation!;
        _ledger.TryTake(theirs, 6, Heading.Out).ShouldBeFalse();
        theirs.Exhausted!.ShouldContain("day");
    }

    /// <summary>By what was let pass, added up beside the ledger: never one byte or one opening more than the terms say.</summary>
    [Fact]
    public async Task Eight_threads_at_once_never_have_one_byte_or_one_opening_too_many()
    {
        for (var seed = 1; seed <= PropertyCases.Or(100); seed++)
        {
            var dice = new Dice(seed);
            var terms = new HostTerms
            {
                Rate = Rate(dice.Next(1, 60)),
                Up = dice.Next(1, 5000),
                Down = dice.Next(1, 5000),
            };
            var session = Limited(terms);
            var ledger = new BudgetLedger(Prices, new ManualClock());
            long up = 0;
            long down = 0;
            long openings = 0;
            await Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(thread =>
                        Task.Run(() =>
                        {
                            var own = new Dice((seed * 8) + thread);
                            for (var i = 0; i < 50; i++)
                            {
                                if (ledger.Reserve(session, To(session, "a.example")).Reservation is not { } held)
                                {
                                    continue;
                                }

                                Interlocked.Increment(ref openings);
                                for (var chunks = own.Next(1, 9); chunks > 0; chunks--)
                                {
                                    var bytes = own.Next(400);
                                    var heading = own.Next(2) == 0 ? Heading.Out : Heading.Back;
                                    if (ledger.TryTake(held, bytes, heading))
                                    {
                                        Interlocked.Add(ref heading == Heading.Out ? ref up : ref down, bytes);
                                    }
                                }

                                ledger.Settle(held, new Outcome(OutcomeKind.Done));
                            }
                        })
                    )
            );

            openings.ShouldBeInRange(1, terms.Rate!.Count, $"seed {seed}");
            up.ShouldBeLessThanOrEqualTo(terms.Up!.Value, $"seed {seed}");
            down.ShouldBeLessThanOrEqualTo(terms.Down!.Value, $"seed {seed}");
        }
    }

    private static BudgetRate Rate(int count) => new(BudgetScope.Session, Verb.Unknown, count, TimeSpan.FromMinutes(1));

    private static AgentAction To(Session session, string host) =>
        Act(session, new ConnectTarget(HostName.TryParse(host, out var name, out _) ? name : null!, 443)) with
        {
            Point = AgentAction.EgressPoint,
        };

    private static Session Beside(Session agent)
    {
        var manifest = SiblingManifest.Of(agent.Manifest, "code", ["a.example"]);
        var (session, control) = Session.OpenBeside(agent, SessionId.New(), manifest, Policy.Compile(manifest));
        control.Start().ShouldBeTrue();
        return session;
    }

    private static Session Limited(HostTerms terms, Budget? budget = null)
    {
        var manifest = new Manifest
        {
            Agent = "tester",
            Version = 1,
            Budget = budget,
            Hosts = ImmutableDictionary<string, HostTerms>.Empty.Add("a.example", terms),
            Layers = [new RuleLayer("manifest", false, [])],
        };
        var (session, control) = Session.Open(SessionId.New(), manifest, Policy.Compile(manifest), "alice", false);
        control.Start().ShouldBeTrue();
        return session;
    }
}
