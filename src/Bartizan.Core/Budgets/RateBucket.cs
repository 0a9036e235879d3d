namespace Bartizan.Core.Budgets;

/// <summary>
/// One bucket, kept as the one moment at which it would be full again (GCRA): whole numbers, and the monotonic clock, so that a
/// wall clock that goes back fills nothing.
/// </summary>
internal sealed class RateBucket
{
    private readonly long _interval;
    private readonly long _period;
    private long _fullAt;

    /// <summary>A bucket in ticks of the clock's frequency; full, or empty when nobody knows what was taken before.</summary>
    public RateBucket(BudgetRate rate, long frequency, long now, bool empty)
    {
        // Upwards, and never faster than written.
        var ticks = (Int128)rate.Period.Ticks * frequency / TimeSpan.TicksPerSecond;
        _interval = (long)((ticks + rate.Count - 1) / rate.Count);
        _period = _interval * rate.Count;
        _fullAt = empty ? now + _period : now;
    }

    /// <summary>Ticks until there is one to take; 0 when there is.</summary>
    public long Wait(long now) => Math.Max(0, Math.Max(_fullAt, now) + _interval - _period - now);

    /// <summary>Takes one; the caller has seen that there is one.</summary>
    public void Take(long now) => _fullAt = Math.Max(_fullAt, now) + _interval;
}
