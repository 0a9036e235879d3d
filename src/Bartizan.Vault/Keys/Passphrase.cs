using System.Security.Cryptography;
using System.Text;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Keys;

/// <summary>
/// A key from a passphrase by PBKDF2-HMAC-SHA512 (RFC 8018): what the framework has. It costs a guesser no memory, so the passphrase must
/// be a long one.
/// </summary>
public static class Passphrase
{
    /// <summary>Fewer characters are refused: whoever has the file can guess as long as they like.</summary>
    public const int MinLength = 14;

    /// <summary>Rounds of a new lock, about three times what OWASP asks for (210,000).</summary>
    public const int Rounds = 600_000;

    internal const int MinRounds = 210_000;

    /// <summary>The most rounds that a lock may ask for: a changed file must not keep the daemon busy for hours.</summary>
    internal const int MaxRounds = 10_000_000;

    /// <summary>A fresh lock and the key that opens it.</summary>
    /// <exception cref="VaultRefusedException">When the passphrase is too short.</exception>
    public static (VaultLock Lock, KeyBytes Key) Make(ReadOnlySpan<byte> passphrase)
    {
        if (Encoding.UTF8.GetCharCount(passphrase) < MinLength)
        {
            throw new VaultRefusedException(
                $"the passphrase has fewer than {MinLength} characters",
                "take several words that nobody would put together"
            );
        }

        var made = new VaultLock
        {
            Kind = LockKind.Passphrase,
            Rounds = Rounds,
            Salt = [.. RandomNumberGenerator.GetBytes(SealedBox.KeyBytes)],
        };
        return (made, KeyOf(made, passphrase));
    }

    /// <summary>The key that a passphrase is for a lock, right or wrong.</summary>
    public static KeyBytes KeyOf(VaultLock of, ReadOnlySpan<byte> passphrase)
    {
        ArgumentNullException.ThrowIfNull(of);
        if (of.Kind != LockKind.Passphrase || of.Rounds is < MinRounds or > MaxRounds)
        {
            throw new VaultRefusedException(
                "this vault isn't locked by a passphrase",
                "`bartizan vault status` says what opens it"
            );
        }

        var key = new KeyBytes(SealedBox.KeyBytes);
        Rfc2898DeriveBytes.Pbkdf2(passphrase, of.Salt.AsSpan(), key.Span, of.Rounds, HashAlgorithmName.SHA512);
        return key;
    }
}
