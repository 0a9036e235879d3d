using System.Collections.Concurrent;

namespace Bartizan.Gateway.Tests.Tools;

/// <summary>Waits for an entry of a log in memory.</summary>
internal static class Waiting
{
    /// <summary>Comes back when there is one; fails after a while.</summary>
    public static async Task WaitForAsync<T>(this ConcurrentQueue<T> entries, Func<T, bool> which)
    {
        using var limit = new CancellationTokenSource(Wait.Long);
        while (!entries.Any(which))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
    }
}
