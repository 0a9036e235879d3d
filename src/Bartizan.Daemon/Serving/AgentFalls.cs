namespace Bartizan.Daemon.Serving;

/// <summary>
/// How often the agent of one session is started anew: the wait after it ended doubles with each time, and begins anew once it has lived
/// for long. Not safe for many at once: its owner's lock is around it.
/// </summary>
internal sealed class AgentFalls(TimeProvider clock)
{
    /// <summary>After the first time.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>A crash loop starts one sandbox in so many seconds, and no more.</summary>
    public const int MaxWaitSeconds = 60;

    /// <summary>The same.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(MaxWaitSeconds);

    /// <summary>One that lived so long is in no crash loop.</summary>
    public static readonly TimeSpan Settled = TimeSpan.FromMinutes(5);

    private int _falls;
    private long _last;

    /// <summary>How long none is started yet; zero when one may be.</summary>
    public TimeSpan Left =>
        _falls == 0 ? TimeSpan.Zero
        : clock.GetElapsedTime(_last) is var since && since >= Wait ? TimeSpan.Zero
        : Wait - since;

    // Shifted no further than the longest wait needs: a count never runs over.
    private TimeSpan Wait => FirstWait * (1 << Math.Min(_falls - 1, 10)) is var wait && wait < MaxWait ? wait : MaxWait;

    /// <summary>It ended, after so long.</summary>
    public void Add(TimeSpan lived)
    {
        _falls = lived >= Settled ? 1 : Math.Min(_falls, int.MaxValue - 1) + 1;
        _last = clock.GetTimestamp();
    }
}
