using System.Security.Cryptography;

namespace Bartizan.Records.Payloads;

/// <summary>
/// The key of one session's payloads: AES-256-GCM (NIST SP 800-38D), nonce 12 random bytes, tag 16 bytes. Random nonces
/// bound a key to 2³² payloads, which no session reaches.
/// </summary>
internal sealed class SessionKey : IDisposable
{
    public const int KeyBytes = 32;
    public const int NonceBytes = 12;
    public const int TagBytes = 16;

    private readonly Lock _lock = new();
    private readonly AesGcm _cipher;
    private bool _disposed;

    public SessionKey(ReadOnlySpan<byte> key) => _cipher = new AesGcm(key, TagBytes);

    /// <summary>Lays nonce ‖ ciphertext ‖ tag into <paramref name="output"/>. False when the key was put away meanwhile.</summary>
    public bool TrySeal(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context, Span<byte> output)
    {
        DrawnBytes.Fill(output[..NonceBytes]);
        lock (_lock)
        {
            if (_disposed)
            {
                return false;
            }

            _cipher.Encrypt(
                output[..NonceBytes],
                plain,
                output.Slice(NonceBytes, plain.Length),
                output[^TagBytes..],
                context
            );
            return true;
        }
    }

    /// <summary>The plain bytes; null when they aren't what was sealed with this key for this context.</summary>
    public byte[]? Open(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context)
    {
        if (sealedBytes.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        var plain = new byte[sealedBytes.Length - NonceBytes - TagBytes];
        try
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                _cipher.Decrypt(
                    sealedBytes[..NonceBytes],
                    sealedBytes[NonceBytes..^TagBytes],
                    sealedBytes[^TagBytes..],
                    plain,
                    context
                );
            }

            return plain;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _cipher.Dispose();
        }
    }
}
