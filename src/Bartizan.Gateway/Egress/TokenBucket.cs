namespace Bartizan.Gateway.Egress;

/// <summary>So many at once, then so many a second. For one thread.</summary>
internal sealed class TokenBucket(TimeProvider clock, int burst, int perSecond)
{
    private double _tokens = burst;
    private long _last = clock.GetTimestamp();

    /// <summary>Takes one; false when there is none.</summary>
    public bool TryTake()
    {
        var now = clock.GetTimestamp();
        _tokens = Math.Min(burst, _tokens + (clock.GetElapsedTime(_last, now).TotalSeconds * perSecond));
        _last = now;
        if (_tokens < 1)
        {
            return false;
        }

        _tokens--;
        return true;
    }
}
