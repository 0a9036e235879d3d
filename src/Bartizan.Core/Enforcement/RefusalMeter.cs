using System.Runtime.CompilerServices;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// Keeps a refused agent from filling the disk: a token bucket a session. Above it, refusals are held back as a number,
/// which the next entry that is let through, or the session's end, brings into the log. Whoever is no live session shares
/// one bucket, and a session's bucket lives as long as the session, so invented ids cost nothing.
/// </summary>
internal sealed class RefusalMeter(TimeProvider clock, MonitorOptions options)
{
    private readonly ConditionalWeakTable<Session, Bucket> _buckets = [];
    private readonly Bucket _strangers = new(clock, options);

    /// <summary>
    /// Whether this refusal is written now, and how many held back before it are to be written with it. A refusal that is
    /// not written is held back.
    /// </summary>
    public (bool Write, long HeldBack) Take(Session? session) =>
        (session is null ? null : BucketOf(session).Take()) ?? _strangers.Take()!.Value;

    /// <summary>Puts back what was taken and could not be written.</summary>
    public void PutBack(Session? session, long count)
    {
        if (session is null || !BucketOf(session).TryHold(count))
        {
            _strangers.TryHold(count);
        }
    }

    /// <summary>
    /// How many are held back, which are then the caller's to write. A session's bucket is closed by it: what is refused to it
    /// later counts with the strangers.
    /// </summary>
    public long Drain(Session? session) => session is null ? _strangers.Drain(false) : BucketOf(session).Drain(true);

    private Bucket BucketOf(Session session) => _buckets.GetValue(session, _ => new Bucket(clock, options));

    private sealed class Bucket(TimeProvider clock, MonitorOptions options)
    {
        private readonly Lock _lock = new();
        private double _tokens = options.RefusalBurst;
        private long _last = clock.GetTimestamp();
        private long _heldBack;
        private bool _closed;

        public (bool Write, long HeldBack)? Take()
        {
            lock (_lock)
            {
                if (_closed)
                {
                    return null;
                }

                var now = clock.GetTimestamp();
                var back = clock.GetElapsedTime(_last, now).TotalSeconds * options.RefusalsPerSecond;
                _tokens = Math.Min(options.RefusalBurst, _tokens + back);
                _last = now;
                if (_tokens < 1)
                {
                    _heldBack++;
                    return (false, 0);
                }

                _tokens--;
                var heldBack = _heldBack;
                _heldBack = 0;
                return (true, heldBack);
            }
        }

        public bool TryHold(long count)
        {
            lock (_lock)
            {
                _heldBack += _closed ? 0 : count;
                return !_closed;
            }
        }

        public long Drain(bool close)
        {
            lock (_lock)
            {
                _closed |= close;
                var heldBack = _heldBack;
                _heldBack = 0;
                return heldBack;
            }
        }
    }
}
