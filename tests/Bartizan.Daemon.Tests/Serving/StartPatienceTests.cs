using Bartizan.Core.Tests.Enforcement;
using Bartizan.Daemon.Serving;

namespace Bartizan.Daemon.Tests.Serving;

/// <summary>What counts of the time in which an agent doesn't listen yet.</summary>
public sealed class StartPatienceTests
{
    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(25);

    private readonly ManualClock _clock = new();

    [Fact]
    public void Who_is_held_while_it_starts_has_as_long_as_any_when_it_goes_on()
    {
        var patience = new StartPatience(_clock, TimeSpan.FromSeconds(1));
        Look(patience, 20, counts: true).ShouldBe(20);

        Look(patience, 4000, counts: false).ShouldBe(4000, "a person looks at it for long");

        Look(patience, 100, counts: true).ShouldBe(19);
    }

    [Fact]
    public void Time_in_which_nobody_waits_is_not_counted()
    {
        var patience = new StartPatience(_clock, TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromHours(1));

        patience.IsOver(counts: true).ShouldBeFalse();
        Look(patience, 100, counts: true).ShouldBe(29, "the long look counted as its longest");
    }

    [Fact]
    public void Many_who_wait_do_not_shorten_it()
    {
        var patience = new StartPatience(_clock, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 39; i++)
        {
            _clock.Advance(s_step);
            for (var one = 0; one < 50; one++)
            {
                patience.IsOver(counts: true).ShouldBeFalse();
            }
        }

        _clock.Advance(s_step);
        patience.IsOver(counts: true).ShouldBeTrue();
    }

    // How many looks it takes, and no more than so many.
    private int Look(StartPatience patience, int most, bool counts)
    {
        for (var looks = 0; looks < most; looks++)
        {
            _clock.Advance(s_step);
            if (patience.IsOver(counts))
            {
                return looks;
            }
        }

        return most;
    }
}
