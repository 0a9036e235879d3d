namespace Bartizan.Control.OpenId;

/// <summary>
/// Sign-ins under way, by their <c>state</c>. Each is taken once, whatever comes of it. Whoever begins many loses their own oldest, and
/// with all places taken nobody begins.
/// </summary>
internal sealed class SigningInBook(TimeProvider clock)
{
    /// <summary>Sign-ins under way in all.</summary>
    public const int MaxUnderWay = 4096;

    /// <summary>Of one address.</summary>
    public const int MaxOfPlace = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SigningIn> _underWay = new(StringComparer.Ordinal);

    /// <summary>Keeps one; false when there is no room.</summary>
    public bool TryAdd(string state, SigningIn one)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            foreach (var gone in _underWay.Where(other => other.Value.Until <= now).Select(other => other.Key).ToList())
            {
                _underWay.Remove(gone);
            }

            var theirs = _underWay.Where(other => other.Value.Place == one.Place).ToList();
            if (theirs.Count >= MaxOfPlace)
            {
                _underWay.Remove(theirs.MinBy(other => other.Value.Until).Key);
            }

            return _underWay.Count < MaxUnderWay && _underWay.TryAdd(state, one);
        }
    }

    /// <summary>Takes one, which is then gone; null when there is none, or not any more.</summary>
    public SigningIn? Take(string state)
    {
        lock (_lock)
        {
            return _underWay.Remove(state, out var one) && clock.GetUtcNow() < one.Until ? one : null;
        }
    }
}
