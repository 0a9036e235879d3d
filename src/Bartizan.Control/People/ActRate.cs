namespace Bartizan.Control.People;

/// <summary>
/// How much of one kind somebody does that is recorded: as fast as people are, and no faster, so that nobody fills the log by doing again
/// and again what they may. Each kind by itself: whoever has asked for much else can still throw a switch.
/// </summary>
public sealed class ActRate(TimeProvider clock)
{
    /// <summary>Acts of one kind that one person does at once.</summary>
    public const int MaxBurst = 64;

    /// <summary>People and kinds that are remembered; the least lately seen goes.</summary>
    public const int MaxCounts = 8192;

    // After the burst.
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Person, Act Act), DateTimeOffset> _free = [];

    /// <summary>Takes one; zero when it may be done, else how long to wait, and nothing is taken.</summary>
    public TimeSpan Take(string person, Act act)
    {
        lock (_lock)
        {
            // When all of the burst were free again, had nothing come meanwhile: one time says it all.
            var now = clock.GetUtcNow();
            var full = _free.GetValueOrDefault((person, act));
            var then = (full > now && full - now <= s_each * MaxBurst ? full : now) + s_each;
            if (then - now > s_each * MaxBurst)
            {
                return then - now - (s_each * MaxBurst);
            }

            _free[(person, act)] = then;
            if (_free.Count > MaxCounts)
            {
                _free.Remove(_free.MinBy(one => one.Value).Key);
            }

            return TimeSpan.Zero;
        }
    }
}
