namespace Bartizan.Gateway.Tests;

/// <summary>How long a test waits for an event that must come; only a failing test waits that long.</summary>
internal static class Wait
{
    public static TimeSpan Long { get; } = TimeSpan.FromMinutes(2);

    public static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(Long);

    public static Task Soon(this Task task) => task.WaitAsync(Long);

    public static Task<T> Soon<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Long);
}
