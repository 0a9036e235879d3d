namespace Bartizan.Records.Tests.Export;

/// <summary>
/// A clock that jumps: whoever waits for a short time waits for nothing, and finds that the time has passed. Waits longer than
/// <paramref name="upTo"/> (limits on requests that real sockets answer) never end by themselves.
/// </summary>
internal sealed class RushedClock(TimeSpan upTo) : TimeProvider
{
    private readonly Lock _lock = new();
    private DateTimeOffset _now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new Timer(this, callback, state, dueTime);

    public void Pass(TimeSpan wait)
    {
        lock (_lock)
        {
            _now += wait;
        }
    }

    private sealed class Timer : ITimer
    {
        private readonly RushedClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private int _disposed;

        public Timer(RushedClock clock, TimerCallback callback, object? state, TimeSpan due)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            Change(due, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime != Timeout.InfiniteTimeSpan && dueTime <= _clock.UpTo)
            {
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    if (Volatile.Read(ref _disposed) == 0)
                    {
                        _clock.Pass(dueTime);
                        _callback(_state);
                    }
                });
            }

            return true;
        }

        public void Dispose() => Volatile.Write(ref _disposed, 1);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private TimeSpan UpTo { get; } = upTo;
}
