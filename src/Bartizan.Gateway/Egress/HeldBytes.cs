using System.Collections.Concurrent;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Egress;

/// <summary>
/// The memory that requests hold which are read whole before they are decided, packed and unpacked: so much of it for a session, so much
/// for all. An agent opens a hundred streams at once, and none of them has to end.
/// </summary>
internal sealed class HeldBytes
{
    /// <summary>For one session.</summary>
    public const long MaxOfSession = 64L << 20;

    /// <summary>For all sessions of an instance.</summary>
    public const long MaxOfAll = 256L << 20;

    private readonly ConcurrentDictionary<SessionId, long> _sessions = new();
    private readonly Lock _lock = new();
    private long _all;

    /// <summary>Opens a request's share; it goes back when the request is over.</summary>
    public Share Open(SessionId session) => new(this, session);

    private bool TryTake(SessionId session, long bytes)
    {
        lock (_lock)
        {
            var held = _sessions.GetValueOrDefault(session) + bytes;
            if (held > MaxOfSession || _all + bytes > MaxOfAll)
            {
                return false;
            }

            _all += bytes;
            _sessions[session] = held;
            return true;
        }
    }

    private void Return(SessionId session, long bytes)
    {
        lock (_lock)
        {
            _all -= bytes;
            var left = _sessions.GetValueOrDefault(session) - bytes;
            if (left > 0)
            {
                _sessions[session] = left;
            }
            else
            {
                _sessions.TryRemove(session, out _);
            }
        }
    }

    /// <summary>What one request holds.</summary>
    internal sealed class Share(HeldBytes of, SessionId session) : IDisposable
    {
        private long _bytes;

        /// <summary>Takes more; false where there is no more to be had.</summary>
        public bool TryTake(long bytes)
        {
            if (!of.TryTake(session, bytes))
            {
                return false;
            }

            _bytes += bytes;
            return true;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            of.Return(session, _bytes);
            _bytes = 0;
        }
    }
}
