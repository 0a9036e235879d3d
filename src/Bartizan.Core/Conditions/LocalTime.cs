using System.Runtime.InteropServices;

namespace Bartizan.Core.Conditions;

/// <summary>A moment as a clock on the wall of one fixed zone shows it.</summary>
/// <param name="Date">The day.</param>
/// <param name="Hour">0 to 23.</param>
/// <param name="Minute">0 to 59.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LocalTime(DateOnly Date, int Hour, int Minute)
{
    private const int MinutesOfHour = 60;

    /// <summary>The moment <paramref name="now"/> in <paramref name="zone"/>. The zone is the policy's, never the host's or the agent's.</summary>
    public static LocalTime At(DateTimeOffset now, TimeZoneInfo zone)
    {
        // Nearly all policies are in UTC, and the zone's rules are not asked for what is known.
        var offset = ReferenceEquals(zone, TimeZoneInfo.Utc) ? 0 : zone.GetUtcOffset(now).Ticks;
        var ticks = Math.Clamp(now.UtcTicks + offset, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks);
        var (day, rest) = Math.DivRem(ticks, TimeSpan.TicksPerDay);
        var minutes = (int)(rest / TimeSpan.TicksPerMinute);
        return new LocalTime(DateOnly.FromDayNumber((int)day), minutes / MinutesOfHour, minutes % MinutesOfHour);
    }
}
