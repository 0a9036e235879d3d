namespace Bartizan.Daemon.Tests;

/// <summary>How long a test waits for an event that must come; only a failing test waits that long.</summary>
internal static class Wait
{
    public static TimeSpan Long { get; } = TimeSpan.FromMinutes(2);
}
