using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Serving;

namespace Bartizan.Daemon.Tests.Serving;

/// <summary>How often an agent that ends is started anew.</summary>
public sealed class AgentFallsTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_crash_loop_is_started_once_a_minute_and_no_more()
    {
        var falls = new AgentFalls(_clock);
        var (starts, day) = (0, TimeSpan.FromDays(1));
        for (var second = 0; second < day.TotalSeconds; second++)
        {
            if (falls.Left == TimeSpan.Zero)
            {
                starts++;
                falls.Add(TimeSpan.FromMilliseconds(5));
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        starts.ShouldBeInRange(1430, 1450);
    }

    [Fact]
    public void The_first_wait_is_short_each_further_one_twice_as_long_and_who_lived_for_long_begins_anew()
    {
        var falls = new AgentFalls(_clock);
        falls.Left.ShouldBe(TimeSpan.Zero);

        foreach (var seconds in (int[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            falls.Add(TimeSpan.FromSeconds(1));
            falls.Left.ShouldBe(TimeSpan.FromSeconds(seconds));
            _clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromTicks(1));
            falls.Left.ShouldBe(TimeSpan.FromTicks(1));
            _clock.Advance(TimeSpan.FromTicks(1));
            falls.Left.ShouldBe(TimeSpan.Zero);
        }

        falls.Add(AgentFalls.Settled);
        falls.Left.ShouldBe(AgentFalls.FirstWait);
    }

    [Fact]
    public void However_often_it_ended_there_is_a_wait()
    {
        var falls = new AgentFalls(_clock);
        for (var i = 0; i < 5000; i++)
        {
            falls.Add(TimeSpan.Zero);
        }

        falls.Left.ShouldBe(AgentFalls.MaxWait);
    }
}
