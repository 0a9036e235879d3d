using System.Runtime.InteropServices;

namespace Bartizan.Core.Conditions;

/// <summary>A moment as a clock on the wall of one fixed zone shows it.</summary>
/// <param name="Date">The day.</param>
/// <param name="Hour">0 to 23.</param>
/// <param name="Minute">0 to 59.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct LocalTime(DateOnly Date, int Hour, int Minute)
{
    /// <summary>The moment <paramref name="now"/> in <paramref name="zone"/>. The zone is the policy's, never the host's or the agent's.</summary>
    public static LocalTime At(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone);
        return new LocalTime(DateOnly.FromDateTime(local.DateTime), local.Hour, local.Minute);
    }
}
