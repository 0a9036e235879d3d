namespace Bartizan.Daemon.Serving;

/// <summary>
/// How long callers wait until an agent listens: the time in which somebody looks, without that in which its session is held. Many may look
/// at once.
/// </summary>
internal sealed class StartPatience(TimeProvider clock, TimeSpan limit)
{
    /// <summary>What two looks may lie apart: longer, nobody waited between them.</summary>
    public static readonly TimeSpan MaxStep = TimeSpan.FromMilliseconds(250);

    private readonly Lock _lock = new();
    private TimeSpan _waited;
    private long _last = clock.GetTimestamp();

    /// <summary>Looks; true when they waited for as long as the limit says.</summary>
    public bool IsOver(bool counts)
    {
        lock (_lock)
        {
            var since = clock.GetElapsedTime(_last);
            _last = clock.GetTimestamp();
            _waited +=
                !counts ? TimeSpan.Zero
                : since < MaxStep ? since
                : MaxStep;
            return _waited >= limit;
        }
    }
}
