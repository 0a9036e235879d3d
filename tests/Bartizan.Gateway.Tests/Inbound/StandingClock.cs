namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>A clock that goes when a test says so; timers fire by the system's.</summary>
internal sealed class StandingClock : TimeProvider
{
    private long _ticks;

    public static DateTimeOffset Start { get; } = TimeProvider.System.GetUtcNow();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => TimeSpan.TicksPerDay + Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(Volatile.Read(ref _ticks));

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
