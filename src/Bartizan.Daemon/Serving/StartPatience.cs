namespace Bartizan.Daemon.Serving;

/// <summary>
/// How long callers wait until an agent listens: the time in which somebody looks, without that in which its session is held. Many may look
/// at once.
/// </summary>
internal sealed class StartPatience(TimeProvider clock, TimeSpan limit)
{
    /// <summary>What two looks may lie apart, in milliseconds: longer, nobody waited between them.</summary>
    public const int MaxStepMilliseconds = 250;

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(MaxStepMilliseconds);

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
                : since < s_step ? since
                : s_step;
            return _waited >= limit;
        }
    }
}
