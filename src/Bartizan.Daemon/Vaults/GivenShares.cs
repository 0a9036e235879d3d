using Bartizan.Vault;
using Bartizan.Vault.Keys;

namespace Bartizan.Daemon.Vaults;

/// <summary>The shares that people gave so far, each for a while only.</summary>
internal sealed class GivenShares(TimeProvider clock) : IDisposable
{
    /// <summary>How long the first share waits for the others.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromMinutes(30);

    private readonly List<KeyShare> _shares = [];
    private long _since;

    /// <summary>How many there are.</summary>
    public int Count => _shares.Count;

    /// <summary>Adds one; the key when they are enough, else null.</summary>
    public KeyBytes? Add(byte[] text, VaultLock of)
    {
        if (_shares.Count > 0 && clock.GetElapsedTime(_since) > Wait)
        {
            Clear();
        }

        var share = KeyShare.Parse(text, of);
        if (_shares.Any(s => s.Number == share.Number))
        {
            share.Dispose();
            throw new VaultRefusedException($"share {share.Number} was given already", "give another one");
        }

        _since = _shares.Count == 0 ? clock.GetTimestamp() : _since;
        _shares.Add(share);
        return _shares.Count < of.Threshold ? null : KeyShares.Join(_shares);
    }

    /// <summary>Forgets them.</summary>
    public void Clear()
    {
        foreach (var share in _shares)
        {
            share.Dispose();
        }

        _shares.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
