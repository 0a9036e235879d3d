using System.Collections.Concurrent;

namespace Bartizan.Sandbox.Tests.Dialing.Attacks;

/// <summary>A clock that stands still until the test lets every timer fire.</summary>
internal sealed class FiredTime : TimeProvider
{
    private readonly ConcurrentQueue<Action> _timers = new();

    /// <summary>Fires all that were set.</summary>
    public void Fire()
    {
        while (_timers.TryDequeue(out var timer))
        {
            timer();
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StandingTimer();
        _timers.Enqueue(() =>
        {
            if (!timer.IsDisposed)
            {
                callback(state);
            }
        });
        return timer;
    }

    private sealed class StandingTimer : ITimer
    {
        public bool IsDisposed { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
