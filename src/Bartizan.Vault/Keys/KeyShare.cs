using System.Globalization;
using System.Security.Cryptography;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Keys;

/// <summary>
/// One share of a key, as a person keeps it: <c>bartizan-share-3-…</c>, its number and 40 bytes in hexadecimal digits, of which the first
/// four mark the set it belongs to and the last four find a slip of the pen.
/// </summary>
public sealed class KeyShare : IDisposable
{
    private const string Prefix = "bartizan-share-";
    private const int MarkBytes = 4;
    private const int TextBytes = MarkBytes + SealedBox.KeyBytes + MarkBytes;
    private readonly KeyBytes _bytes;

    internal KeyShare(int number, KeyBytes bytes) => (Number, _bytes) = (number, bytes);

    /// <summary>Its number, from 1.</summary>
    public int Number { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes.Span;

    /// <summary>Reads one that belongs to a lock.</summary>
    /// <exception cref="VaultRefusedException">When it isn't one of that lock's.</exception>
    public static KeyShare Parse(ReadOnlySpan<byte> utf8, VaultLock of)
    {
        ArgumentNullException.ThrowIfNull(of);
        utf8 = utf8.Trim(" \t\r\n"u8);
        Span<byte> read = stackalloc byte[TextBytes];
        Span<byte> check = stackalloc byte[SHA256.HashSizeInBytes];
        try
        {
            if (
                !utf8.StartsWith("bartizan-share-"u8)
                || utf8[Prefix.Length..].IndexOf((byte)'-') is not (> 0 and < 4 and var dash)
                || !int.TryParse(
                    utf8.Slice(Prefix.Length, dash),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var number
                )
                || utf8[(Prefix.Length + dash + 1)..] is not { Length: 2 * TextBytes } digits
                || Convert.FromHexString(digits, read, out _, out _) != System.Buffers.OperationStatus.Done
            )
            {
                throw new VaultRefusedException(
                    "that is no share",
                    "it begins with `bartizan-share-`, then its number and 80 digits"
                );
            }

            SHA256.HashData(read[..^MarkBytes], check);
            if (!check[..MarkBytes].SequenceEqual(read[^MarkBytes..]))
            {
                throw new VaultRefusedException($"share {number} has a slip of the pen in it", "read it again");
            }

            var share = new KeyShare(number, new KeyBytes(read.Slice(MarkBytes, SealedBox.KeyBytes)));
            if (of.Knows(share) && read[..MarkBytes].SequenceEqual(of.Salt.AsSpan(0, MarkBytes)))
            {
                return share;
            }

            share.Dispose();
            throw new VaultRefusedException(
                $"share {number} is no share of this vault's lock",
                "it may be from before a rekey, or of another instance"
            );
        }
        finally
        {
            CryptographicOperations.ZeroMemory(read);
        }
    }

    /// <summary>The text that a person keeps. It is made once, when the lock is.</summary>
    internal string Write(VaultLock of)
    {
        Span<byte> text = stackalloc byte[TextBytes];
        of.Salt.AsSpan(0, MarkBytes).CopyTo(text);
        _bytes.Span.CopyTo(text[MarkBytes..]);
        SHA256.HashData(text[..^MarkBytes]).AsSpan(0, MarkBytes).CopyTo(text[^MarkBytes..]);
        var written = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Number}-{Convert.ToHexStringLower(text)}");
        CryptographicOperations.ZeroMemory(text);
        return written;
    }

    /// <summary>What a lock remembers of it: a share has 256 random bits, so its digest tells nothing.</summary>
    internal static byte[] DigestOf(ReadOnlySpan<byte> salt, int number, ReadOnlySpan<byte> bytes) =>
        SHA256.HashData(
            new FieldWriter().Text("bartizan/vault/share/1").Bytes(salt).Byte((byte)number).Raw(bytes).Written
        );

    /// <summary>Never the share.</summary>
    public override string ToString() => $"share {Number}: ***";

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
