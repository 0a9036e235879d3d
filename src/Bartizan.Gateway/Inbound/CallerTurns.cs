using Bartizan.Core.Manifests;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// Who may ask now: of each name so many at once, and so many in a time. Exact whoever asks at the same time: all of it stands under one
/// lock, held for some hundred nanoseconds. Rates are kept as the moment at which the bucket would be full again (GCRA), on the monotonic
/// clock.
/// </summary>
internal sealed class CallerTurns(CallerLimit limit, TimeProvider clock)
{
    /// <summary>
    /// Names that are known at once. Full, those are forgotten that nothing would be lost with; where there are none, nobody new may ask.
    /// </summary>
    public const int MaxNames = 65_536;

    /// <summary>How long it takes until names are looked through once more for some to forget.</summary>
    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Turn> _names = new(StringComparer.Ordinal);
    private readonly long _interval = IntervalOf(limit.Rate, clock);
    private long? _swept;

    /// <summary>Names that are known now.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _names.Count;
            }
        }
    }

    /// <summary>Takes a turn, which <see cref="Leave"/> ends. False with the time until it is worth asking again.</summary>
    public bool TryEnter(string name, out TimeSpan wait) => TryTake(name, 1, out wait, out _);

    /// <summary>The same; says whether it was refused because no further name can be known.</summary>
    public bool TryEnter(string name, out TimeSpan wait, out bool isFull) => TryTake(name, 1, out wait, out isFull);

    /// <summary>The same for what is part of a turn that is taken already: it counts for the rate alone, and nothing ends it.</summary>
    public bool TryGoOn(string name) => TryTake(name, 0, out _, out _);

    private bool TryTake(string name, int more, out TimeSpan wait, out bool isFull)
    {
        var now = clock.GetTimestamp();
        lock (_lock)
        {
            wait = TimeSpan.FromSeconds(1);
            if (!_names.TryGetValue(name, out var turn) && (_names.Count < MaxNames || Sweep(now)))
            {
                turn = new Turn { FullAt = now };
                _names.Add(name, turn);
            }

            isFull = turn is null;
            if (turn is null || turn.UnderWay + more > limit.AtOnce)
            {
                return false;
            }

            var late = Math.Max(turn.FullAt, now) + _interval - (_interval * limit.Rate.Count) - now;
            if (late > 0)
            {
                wait = TimeSpan.FromSeconds(Math.Ceiling((double)late / clock.TimestampFrequency));
                return false;
            }

            turn.FullAt = Math.Max(turn.FullAt, now) + _interval;
            turn.UnderWay += more;
            wait = default;
            return true;
        }
    }

    /// <summary>A turn is over.</summary>
    public void Leave(string name)
    {
        lock (_lock)
        {
            if (_names.TryGetValue(name, out var turn))
            {
                turn.UnderWay--;
            }
        }
    }

    // Upwards, and never faster than written.
    private static long IntervalOf(CallerRate rate, TimeProvider clock)
    {
        var ticks = (Int128)rate.Period.Ticks * clock.TimestampFrequency / TimeSpan.TicksPerSecond;
        return (long)((ticks + rate.Count - 1) / rate.Count);
    }

    private bool Sweep(long now)
    {
        if (_swept is { } last && clock.GetElapsedTime(last, now) < s_sweepEvery)
        {
            return false;
        }

        _swept = now;
        foreach (var (name, turn) in _names)
        {
            if (turn.UnderWay == 0 && turn.FullAt <= now)
            {
                _names.Remove(name);
            }
        }

        return _names.Count < MaxNames;
    }

    private sealed class Turn
    {
        public long FullAt { get; set; }

        public int UnderWay { get; set; }
    }
}
