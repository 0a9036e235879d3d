using Bartizan.Core.Entries;
using Bartizan.Vault.Keys;

namespace Bartizan.Vault.Stores;

/// <summary>A vault that was unlocked and lends nothing yet.</summary>
public sealed class VaultOpening : IDisposable
{
    private KeyBytes? _inner;

    internal VaultOpening(VaultFile file, VaultState state, KeyBytes inner) =>
        (File, State, _inner) = (file, state, inner);

    /// <summary>Its mark, for the entry.</summary>
    public VaultMark Mark => new(State.Generation, File.Digest, File.Front);

    /// <summary>True when it is a file that the log doesn't know, and a person accepted it.</summary>
    public bool IsOlder { get; internal init; }

    internal VaultFile File { get; }

    internal VaultState State { get; }

    /// <inheritdoc/>
    public void Dispose() => _inner?.Dispose();

    internal KeyBytes Take()
    {
        var inner = _inner ?? throw new ObjectDisposedException(nameof(VaultOpening));
        _inner = null;
        return inner;
    }
}
