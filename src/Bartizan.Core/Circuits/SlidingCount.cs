namespace Bartizan.Core.Circuits;

/// <summary>Calls and failures of the last while, in ten slots that are forgotten one by one.</summary>
internal sealed class SlidingCount
{
    private const int Slots = 10;

    private readonly int[] _calls = new int[Slots];
    private readonly int[] _failures = new int[Slots];
    private long _slot = -1;

    /// <summary>Calls.</summary>
    public int Calls => _calls.Sum();

    /// <summary>Calls that failed.</summary>
    public int Failures => _failures.Sum();

    /// <summary>Counts a call, at a moment of the monotonic clock.</summary>
    public void Add(TimeSpan now, TimeSpan window, bool failed)
    {
        Forget(now, window);
        var at = (int)(_slot % Slots);
        _calls[at]++;
        _failures[at] += failed ? 1 : 0;
    }

    /// <summary>Starts anew.</summary>
    public void Clear()
    {
        Array.Clear(_calls);
        Array.Clear(_failures);
    }

    private void Forget(TimeSpan now, TimeSpan window)
    {
        var slot = now.Ticks / Math.Max(window.Ticks / Slots, 1);
        for (var i = Math.Max(_slot + 1, slot - Slots + 1); i <= slot; i++)
        {
            _calls[i % Slots] = 0;
            _failures[i % Slots] = 0;
        }

        _slot = Math.Max(_slot, slot);
    }
}
