using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Keys;

/// <summary>
/// What stands in front of a vault: how its key is come by, and the vault's own key wrapped under that one. To change the lock is to
/// wrap the same key anew; no record is sealed again.
/// </summary>
public sealed record VaultLock
{
    private static readonly byte[] Label = "bartizan/vault/lock/1"u8.ToArray();

    /// <summary>The longest path or name of a key's place.</summary>
    private const int MaxPlaceBytes = 4096;

    /// <summary>The longest salt.</summary>
    private const int MaxSaltBytes = 64;

    /// <summary>Where the key comes from.</summary>
    public required LockKind Kind { get; init; }

    /// <summary>The key file's path, or the service credential's name; empty for the others.</summary>
    public string Place { get; init; } = "";

    /// <summary>Rounds of the passphrase's derivation; 0 for the others.</summary>
    public int Rounds { get; init; }

    /// <summary>How many shares make the key; 0 for the others.</summary>
    public int Threshold { get; init; }

    /// <summary>What a passphrase is salted with, and shares are marked by.</summary>
    internal ImmutableArray<byte> Salt { get; init; } = [];

    /// <summary>The SHA-256 of each share, in order: a share that isn't one of them is told before it is used.</summary>
    internal ImmutableArray<ImmutableArray<byte>> ShareDigests { get; init; } = [];

    /// <summary>The vault's key, sealed under this lock's.</summary>
    internal ImmutableArray<byte> Wrapped { get; init; } = [];

    /// <summary>How many shares there are.</summary>
    public int Shares => ShareDigests.Length;

    /// <summary>True when a share is one of this lock's.</summary>
    internal bool Knows(KeyShare share) =>
        share.Number >= 1
        && share.Number <= Shares
        && CryptographicOperations.FixedTimeEquals(
            KeyShare.DigestOf(Salt.AsSpan(), share.Number, share.Bytes),
            ShareDigests[share.Number - 1].AsSpan()
        );

    /// <summary>The same lock around a vault's key.</summary>
    internal VaultLock Around(KeyBytes inner, KeyBytes key, ReadOnlySpan<byte> vault) =>
        this with
        {
            Wrapped = [.. SealedBox.Seal(key.Span, Label, Bound(vault), inner.Span)],
        };

    /// <summary>The vault's key; null when this key doesn't open the lock.</summary>
    internal KeyBytes? Open(KeyBytes key, ReadOnlySpan<byte> vault)
    {
        var inner = new KeyBytes(SealedBox.KeyBytes);
        if (SealedBox.TryOpen(key.Span, Label, Bound(vault), Wrapped.AsSpan(), inner.Span))
        {
            return inner;
        }

        inner.Dispose();
        return null;
    }

    internal void Write(FieldWriter to)
    {
        WriteTerms(to);
        to.Bytes(Wrapped.AsSpan());
    }

    internal static VaultLock Read(ref FieldReader from)
    {
        var kind = (LockKind)from.Byte();
        var place = from.Text();
        var rounds = from.Whole();
        var threshold = from.Byte();
        var salt = from.Bytes().ToImmutableArray();
        var count = from.Byte();
        var digests = ImmutableArray.CreateBuilder<ImmutableArray<byte>>();
        for (var i = 0; i < count; i++)
        {
            digests.Add([.. from.Raw(SHA256.HashSizeInBytes)]);
        }

        if (
            kind is LockKind.Unknown or > LockKind.Shares
            || place.Length > MaxPlaceBytes
            || rounds > Passphrase.MaxRounds
            || salt.Length > MaxSaltBytes
            || kind == LockKind.Passphrase && (salt.Length < SealedBox.SaltBytes || rounds < Passphrase.MinRounds)
            || kind == LockKind.Shares && (salt.Length < SealedBox.SaltBytes || threshold < 2 || threshold > count)
            || kind != LockKind.Shares && (threshold != 0 || count != 0)
        )
        {
            throw new InvalidDataException("its lock isn't one that this program knows");
        }

        return new VaultLock
        {
            Kind = kind,
            Place = place,
            Rounds = (int)rounds,
            Threshold = threshold,
            Salt = salt,
            ShareDigests = digests.ToImmutable(),
            Wrapped = [.. from.Bytes()],
        };
    }

    private byte[] Bound(ReadOnlySpan<byte> vault)
    {
        var bound = new FieldWriter().Raw(vault);
        WriteTerms(bound);
        return bound.Written.ToArray();
    }

    private void WriteTerms(FieldWriter to)
    {
        to.Byte((byte)Kind).Text(Place).Whole((uint)Rounds).Byte((byte)Threshold).Bytes(Salt.AsSpan());
        to.Byte((byte)ShareDigests.Length);
        foreach (var digest in ShareDigests)
        {
            to.Raw(digest.AsSpan());
        }
    }
}
