namespace Bartizan.Control.OpenId;

/// <summary>
/// Sign-ins under way, by their <c>state</c>. Each is taken once, whatever comes of it. Whoever begins many loses their own oldest; with
/// all places taken the network that has most of them loses its oldest, so that nobody's many keep another from beginning.
/// </summary>
internal sealed class SigningInBook(TimeProvider clock)
{
    /// <summary>Sign-ins under way in all.</summary>
    public const int MaxUnderWay = 4096;

    /// <summary>Of one address.</summary>
    public const int MaxOfPlace = 16;

    /// <summary>Of one network: 2^16 places of IPv6 are one customer's.</summary>
    public const int MaxOfNetwork = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, SigningIn> _underWay = new(StringComparer.Ordinal);

    /// <summary>Keeps one.</summary>
    public void Add(string state, SigningIn one)
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();
            foreach (var gone in _underWay.Where(other => other.Value.Until <= now).Select(other => other.Key).ToList())
            {
                _underWay.Remove(gone);
            }

            MakeRoom(other => other.Place == one.Place, MaxOfPlace);
            MakeRoom(other => other.Network == one.Network, MaxOfNetwork);
            if (_underWay.Count >= MaxUnderWay)
            {
                var largest = _underWay.Values.CountBy(other => other.Network).MaxBy(network => network.Value).Key;
                MakeRoom(other => other.Network == largest, 1);
            }

            _underWay[state] = one;
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

    // The oldest of those that are meant goes when there are so many.
    private void MakeRoom(Func<SigningIn, bool> which, int most)
    {
        var meant = _underWay.Where(other => which(other.Value)).ToList();
        if (meant.Count >= most)
        {
            _underWay.Remove(meant.MinBy(other => other.Value.Until).Key);
        }
    }
}
