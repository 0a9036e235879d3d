using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Inbound;

/// <summary>
/// What all callers' bodies, messages or answers take of memory at once, and of that each caller's share: a few of them leave room for all
/// others.
/// </summary>
internal sealed class BodiesInFlight(long most, long share)
{
    /// <summary>So many callers share it, each way; who takes a share whole leaves the others'.</summary>
    private const int Shares = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<(CallerTurn Turn, Heading Way), long> _taken = [];
    private long _bytes;

    /// <summary>Room for so much, of which each has an eighth, or what one of the largest takes while it grows.</summary>
    public static BodiesInFlight Of(long most, long largest) => new(most, Math.Max(most / Shares, 2 * largest));

    /// <summary>Bytes now.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>One caller's share, one way.</summary>
    public BodyShare ShareOf(CallerTurn turn, Heading way) => new(this, turn, way);

    /// <summary>Takes so many; false when there is no room, or the caller's share is used up, and then none.</summary>
    public bool TryTake(CallerTurn turn, Heading way, long bytes)
    {
        lock (_lock)
        {
            var own = _taken.GetValueOrDefault((turn, way)) + bytes;
            if (own > share || _bytes + bytes > most)
            {
                return false;
            }

            _taken[(turn, way)] = own;
            _bytes += bytes;
            return true;
        }
    }

    /// <summary>Gives so many back.</summary>
    public void Give(CallerTurn turn, Heading way, long bytes)
    {
        lock (_lock)
        {
            _bytes -= bytes;
            var own = _taken.GetValueOrDefault((turn, way)) - bytes;
            if (own > 0)
            {
                _taken[(turn, way)] = own;
            }
            else
            {
                _taken.Remove((turn, way));
            }
        }
    }
}
