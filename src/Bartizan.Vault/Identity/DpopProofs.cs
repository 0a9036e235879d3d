namespace Bartizan.Vault.Identity;

/// <summary>
/// The proofs that come to one address: each is taken once. What was taken is remembered for as long as it could be taken again, and no
/// longer; what was made before this instance started is taken never, because nobody remembers whether it was.
/// </summary>
/// <param name="address">The address, without a query.</param>
/// <param name="clock">The clock.</param>
public sealed class DpopProofs(Uri address, TimeProvider clock)
{
    /// <summary>Proofs that are remembered; while there are as many nothing is taken.</summary>
    public const int MaxProofs = 16_384;

    /// <summary>How old one may be.</summary>
    public static readonly TimeSpan Oldest = TimeSpan.FromSeconds(60);

    /// <summary>How far a client's clock may be ahead.</summary>
    public static readonly TimeSpan Ahead = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly HashSet<(string Key, string Id)> _taken = [];
    private readonly Queue<((string Key, string Id) Proof, DateTimeOffset Until)> _order = [];
    private readonly DateTimeOffset _started = clock.GetUtcNow();
    private DateTimeOffset _latest;

    /// <summary>Reads and verifies one for a POST to the address; null for every other text, and why. Remembers nothing.</summary>
    public DpopProof? Read(string text, out string problem)
    {
        var now = Now();
        var oldest = now - Oldest;
        return DpopProof.Read(text, "POST", address, oldest > _started ? oldest : _started, now + Ahead, out problem);
    }

    /// <summary>Takes one that was read; false when it was taken before, or when there is no room to remember it.</summary>
    public bool TryTake(DpopProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var now = Now();
        lock (_lock)
        {
            while (_order.TryPeek(out var first) && first.Until < now)
            {
                _taken.Remove(_order.Dequeue().Proof);
            }

            var one = (proof.Key, proof.Id);
            if (_taken.Count >= MaxProofs || !_taken.Add(one))
            {
                return false;
            }

            _order.Enqueue((one, now + Oldest + Ahead + TimeSpan.FromSeconds(1)));
            return true;
        }
    }

    // A clock that goes back makes nothing young again.
    private DateTimeOffset Now()
    {
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            return _latest = now > _latest ? now : _latest;
        }
    }
}
