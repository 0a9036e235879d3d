using Bartizan.Vault;
using Bartizan.Vault.Keys;

namespace Bartizan.Daemon.Vaults;

/// <summary>The shares that people gave so far: wiped when their time is over, and when they are joined.</summary>
internal sealed class GivenShares : IDisposable
{
    /// <summary>How long the first share waits for the others.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(30);

    private readonly Lock _lock = new();
    private readonly List<KeyShare> _shares = [];
    private readonly ITimer _end;

    public GivenShares(TimeProvider clock) =>
        _end = clock.CreateTimer(_ => Clear(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _shares.Count;
            }
        }
    }

    /// <summary>Adds one; the key when they are enough, else null.</summary>
    public KeyBytes? Add(byte[] text, VaultLock of)
    {
        lock (_lock)
        {
            var share = KeyShare.Parse(text, of);
            if (_shares.Any(s => s.Number == share.Number))
            {
                share.Dispose();
                throw new VaultRefusedException($"share {share.Number} was given already", "give another one");
            }

            _shares.Add(share);
            if (_shares.Count < of.Threshold)
            {
                if (_shares.Count == 1)
                {
                    _end.Change(Wait, Timeout.InfiniteTimeSpan);
                }

                return null;
            }

            try
            {
                return KeyShares.Join(_shares);
            }
            finally
            {
                Clear();
            }
        }
    }

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            foreach (var share in _shares)
            {
                share.Dispose();
            }

            _shares.Clear();
            _end.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Clear();
        _end.Dispose();
    }
}
