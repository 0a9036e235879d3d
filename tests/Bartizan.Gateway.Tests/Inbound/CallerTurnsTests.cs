using System.Net;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Inbound;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>So many in a time and so many at once: never one more, whoever asks at the same time.</summary>
public sealed class CallerTurnsTests
{
    private readonly StandingClock _clock = new();

    [Fact]
    public async Task Of_a_thousand_callers_at_once_as_many_enter_as_may_at_once()
    {
        var turns = new CallerTurns(new CallerLimit(new CallerRate(100_000, TimeSpan.FromMinutes(1)), 37), _clock);
        var (entered, under, most) = (0, 0, 0);
        var gate = new TaskCompletionSource();

        await Task.WhenAll(
            Enumerable
                .Range(0, 1000)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        if (!turns.TryEnter("one", out TimeSpan _))
                        {
                            gate.TrySetResult();
                            return;
                        }

                        var now = Interlocked.Increment(ref under);
                        InterlockedMax(ref most, now);
                        Interlocked.Increment(ref entered);
                        await gate.Task;
                        Interlocked.Decrement(ref under);
                        turns.Leave("one");
                    })
                )
        );

        most.ShouldBeLessThanOrEqualTo(37);
        entered.ShouldBeGreaterThanOrEqualTo(37);
        turns.TryEnter("one", out _).ShouldBeTrue();
    }

    [Fact]
    public void Of_a_thousand_callers_at_one_moment_exactly_as_many_enter_as_the_rate_holds()
    {
        var turns = new CallerTurns(new CallerLimit(new CallerRate(60, TimeSpan.FromMinutes(1)), 5000), _clock);

        Ask(turns, 1000).ShouldBe(60);
        _clock.Advance(TimeSpan.FromSeconds(1) - TimeSpan.FromTicks(1));
        Ask(turns, 1000).ShouldBe(0);
        _clock.Advance(TimeSpan.FromTicks(1));
        Ask(turns, 1000).ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Ask(turns, 1000).ShouldBe(10);
        _clock.Advance(TimeSpan.FromHours(10));
        Ask(turns, 1000).ShouldBe(60);
    }

    [Fact]
    public void It_is_told_when_it_is_worth_asking_again()
    {
        var turns = new CallerTurns(new CallerLimit(new CallerRate(2, TimeSpan.FromMinutes(1)), 10), _clock);
        Ask(turns, 2).ShouldBe(2);

        turns.TryEnter("one", out var wait).ShouldBeFalse();

        wait.ShouldBe(TimeSpan.FromSeconds(30));
        _clock.Advance(wait);
        turns.TryEnter("one", out _).ShouldBeTrue();
    }

    [Fact]
    public void One_name_takes_nothing_from_another()
    {
        var turns = new CallerTurns(new CallerLimit(new CallerRate(1, TimeSpan.FromMinutes(1)), 1), _clock);

        turns.TryEnter("one", out _).ShouldBeTrue();
        turns.TryEnter("one", out _).ShouldBeFalse();
        turns.TryEnter("other", out _).ShouldBeTrue();
    }

    [Fact]
    public void Names_without_end_take_no_memory_without_end()
    {
        var turns = new CallerTurns(new CallerLimit(new CallerRate(1, TimeSpan.FromMinutes(1)), 1), _clock);
        for (var i = 0; i < CallerTurns.MaxNames; i++)
        {
            turns.TryEnter($"{i}", out _).ShouldBeTrue();
            turns.Leave($"{i}");
        }

        turns.TryEnter("new", out _).ShouldBeFalse("none of those that are known can be forgotten yet");
        _clock.Advance(TimeSpan.FromMinutes(1));
        turns.TryEnter("new", out _).ShouldBeTrue();
        turns.Count.ShouldBe(1);
    }

    [Fact]
    public void Who_owns_a_network_of_addresses_locks_nobody_out_of_another()
    {
        var turns = new AddressTurns(new CallerLimit(new CallerRate(1, TimeSpan.FromMinutes(1)), 1), _clock);
        for (var i = 0; i < CallerTurns.MaxNames; i++)
        {
            turns.TryEnter(IPAddress.Parse($"2001:db8:1:{i:x}::1"), out var turn, out _).ShouldBeTrue();
            turn.Leave();
        }

        turns.TryEnter(IPAddress.Parse("2001:db8:2:1::1"), out _, out _).ShouldBeTrue();
        turns.TryEnter(IPAddress.Parse("192.0.2.7"), out _, out _).ShouldBeTrue();
        turns.TryEnter(IPAddress.Parse("2001:db8:3:1::1"), out _, out _).ShouldBeTrue();
        turns.TryEnter(IPAddress.Parse("2001:db8:3:2::1"), out _, out _).ShouldBeFalse("a network has one turn then");
    }

    private static int Ask(CallerTurns turns, int times)
    {
        var entered = 0;
        Parallel.For(
            0,
            times,
            _ =>
            {
                if (turns.TryEnter("one", out TimeSpan _))
                {
                    Interlocked.Increment(ref entered);
                }
            }
        );
        return entered;
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen; (seen = Volatile.Read(ref target)) < value; )
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }
}
