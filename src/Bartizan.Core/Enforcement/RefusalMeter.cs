using System.Collections.Concurrent;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// Keeps a refused agent from filling the disk: a token bucket a session. Above it, refusals are counted and the next entry
/// that is let through stands for them too.
/// </summary>
internal sealed class RefusalMeter(TimeProvider clock, MonitorOptions options)
{
    /// <summary>Buckets kept at most; above it the oldest sessions share one, so that invented ids cost nothing.</summary>
    private const int MaxBuckets = 10_000;

    private readonly ConcurrentDictionary<SessionId, Bucket> _buckets = new();

    /// <summary>How many refusals the entry to write stands for; null when none is to be written now.</summary>
    public long? Take(AgentAction action)
    {
        var key = _buckets.Count < MaxBuckets || _buckets.ContainsKey(action.Session) ? action.Session : default;
        var bucket = _buckets.GetOrAdd(key, static (_, full) => new Bucket(full), options.RefusalBurst);
        lock (bucket)
        {
            var now = clock.GetTimestamp();
            if (bucket.Last != 0)
            {
                var back = clock.GetElapsedTime(bucket.Last, now).TotalSeconds * options.RefusalsPerSecond;
                bucket.Tokens = Math.Min(options.RefusalBurst, bucket.Tokens + back);
            }

            bucket.Last = now;
            if (bucket.Tokens < 1)
            {
                bucket.Held++;
                return null;
            }

            bucket.Tokens--;
            var count = bucket.Held + 1;
            bucket.Held = 0;
            return count;
        }
    }

    private sealed class Bucket(double tokens)
    {
        public double Tokens { get; set; } = tokens;

        public long Held { get; set; }

        public long Last { get; set; }
    }
}
