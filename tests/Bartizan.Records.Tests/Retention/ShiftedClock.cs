namespace Bartizan.Records.Tests.Retention;

/// <summary>The machine's clock, some days ahead: timers go as always, and years pass at once.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
}
