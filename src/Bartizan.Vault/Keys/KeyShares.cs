using System.Collections.Immutable;
using System.Security.Cryptography;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Keys;

/// <summary>
/// A key in shares (Shamir 1979, over the field of 256 elements): so many together are the key, and one fewer tell nothing of it. The
/// lock knows each share's digest, so that a wrong one is told when it is given and not when nothing opens.
/// </summary>
public static class KeyShares
{
    /// <summary>The most shares of one key.</summary>
    public const int MaxShares = 32;

    /// <summary>A fresh lock, the key that opens it, and its shares as people keep them.</summary>
    /// <exception cref="VaultRefusedException">When the numbers make no sense.</exception>
    public static (VaultLock Lock, KeyBytes Key, ImmutableArray<string> Shares) Make(int shares, int threshold)
    {
        if (shares is < 2 or > MaxShares || threshold < 2 || threshold > shares)
        {
            throw new VaultRefusedException(
                $"{threshold} of {shares} shares can't be: there are 2 to {MaxShares}, and at least 2 of them are the key",
                "for example `--shares 5 --threshold 3`"
            );
        }

        var key = KeyBytes.Random(SealedBox.KeyBytes);
        var made = Split(key, shares, threshold);
        try
        {
            var salt = RandomNumberGenerator.GetBytes(SealedBox.SaltBytes);
            var front = new VaultLock
            {
                Kind = LockKind.Shares,
                Threshold = threshold,
                Salt = [.. salt],
                ShareDigests = [.. made.Select(s => KeyShare.DigestOf(salt, s.Number, s.Bytes).ToImmutableArray())],
            };
            return (front, key, [.. made.Select(s => s.Write(front))]);
        }
        finally
        {
            foreach (var share in made)
            {
                share.Dispose();
            }
        }
    }

    /// <summary>The key that enough different shares are.</summary>
    public static KeyBytes Join(IReadOnlyList<KeyShare> shares)
    {
        ArgumentNullException.ThrowIfNull(shares);
        if (shares.Select(s => s.Number).Distinct().Count() != shares.Count)
        {
            throw new VaultRefusedException("one share was given twice", "each counts once");
        }

        var key = new KeyBytes(SealedBox.KeyBytes);
        foreach (var share in shares)
        {
            // The value at 0 of the polynomial that is 1 at this share's number and 0 at the others'.
            byte weight = 1;
            foreach (var other in shares.Where(o => o.Number != share.Number))
            {
                var ratio = Gf256.Multiply((byte)other.Number, Gf256.Invert((byte)(other.Number ^ share.Number)));
                weight = Gf256.Multiply(weight, ratio);
            }

            for (var i = 0; i < key.Length; i++)
            {
                key.Span[i] ^= Gf256.Multiply(weight, share.Bytes[i]);
            }
        }

        return key;
    }

    internal static ImmutableArray<KeyShare> Split(KeyBytes key, int shares, int threshold)
    {
        // Row 0 is the key, the others are chance: each byte is a polynomial of its own.
        using var rows = KeyBytes.Random(key.Length * threshold);
        key.Span.CopyTo(rows.Span);
        var made = ImmutableArray.CreateBuilder<KeyShare>(shares);
        for (var number = 1; number <= shares; number++)
        {
            var bytes = new KeyBytes(key.Length);
            for (var row = threshold - 1; row >= 0; row--)
            {
                for (var i = 0; i < key.Length; i++)
                {
                    bytes.Span[i] = (byte)(
                        Gf256.Multiply(bytes.Span[i], (byte)number) ^ rows.Span[(row * key.Length) + i]
                    );
                }
            }

            made.Add(new KeyShare(number, bytes));
        }

        return made.MoveToImmutable();
    }
}
