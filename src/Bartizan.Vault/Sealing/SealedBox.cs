using System.Security.Cryptography;

namespace Bartizan.Vault.Sealing;

/// <summary>
/// One sealed text: a salt of 16 bytes, a nonce of 12, the ciphertext, a tag of 16. AES-256-GCM (NIST SP 800-38D) under a key that
/// HKDF-SHA256 (RFC 5869) makes of the given key, the salt and the label. Each text has a key of its own, so no nonce can meet itself.
/// </summary>
internal static class SealedBox
{
    public const int KeyBytes = 32;
    public const int SaltBytes = 16;
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    /// <summary>What a sealed text is longer than the text.</summary>
    public const int Overhead = SaltBytes + NonceBytes + TagBytes;

    /// <summary>Seals; the label and what is bound to it must be said again to open.</summary>
    public static byte[] Seal(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> bound,
        ReadOnlySpan<byte> text
    )
    {
        var box = new byte[Overhead + text.Length];
        RandomNumberGenerator.Fill(box.AsSpan(0, SaltBytes + NonceBytes));
        Span<byte> own = stackalloc byte[KeyBytes];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, own, box.AsSpan(0, SaltBytes), label);
            using var gcm = new AesGcm(own, TagBytes);
            gcm.Encrypt(
                box.AsSpan(SaltBytes, NonceBytes),
                text,
                box.AsSpan(SaltBytes + NonceBytes, text.Length),
                box.AsSpan(^TagBytes..),
                bound
            );
            return box;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(own);
        }
    }

    /// <summary>Opens into <paramref name="text"/>, which is as long as the text; false when anything is another than was sealed.</summary>
    public static bool TryOpen(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> bound,
        ReadOnlySpan<byte> box,
        Span<byte> text
    )
    {
        if (box.Length < Overhead || text.Length != box.Length - Overhead)
        {
            return false;
        }

        Span<byte> own = stackalloc byte[KeyBytes];
        try
        {
            HKDF.DeriveKey(HashAlgorithmName.SHA256, key, own, box[..SaltBytes], label);
            using var gcm = new AesGcm(own, TagBytes);
            gcm.Decrypt(
                box.Slice(SaltBytes, NonceBytes),
                box[(SaltBytes + NonceBytes)..^TagBytes],
                box[^TagBytes..],
                text,
                bound
            );
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(text);
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(own);
        }
    }
}
