using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>
/// The value of one version, sealed: bound to the vault, the path, the number, the time and the terms, so that it opens nowhere else.
/// Padded to a multiple of 64 bytes: its length would tell what kind of key it is.
/// </summary>
internal static class SealedValue
{
    /// <summary>The longest value; a service account's key file has a few KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    private const int Block = 64;
    private const byte Algorithm = 1; // AES-256-GCM under HKDF-SHA256

    /// <summary>Refuses what isn't a line of text: it would break the header that it is put into, or what it is compared with.</summary>
    /// <exception cref="VaultRefusedException">When it can't be a value. Nothing of the value is told.</exception>
    public static void Check(ReadOnlySpan<byte> value)
    {
        if (value.Length is 0 or > MaxBytes)
        {
            throw new VaultRefusedException($"a value has 1 to {MaxBytes} bytes");
        }

        while (!value.IsEmpty)
        {
            if (Rune.DecodeFromUtf8(value, out var rune, out var read) != OperationStatus.Done)
            {
                throw new VaultRefusedException(
                    "a value is UTF-8 text, and this isn't",
                    "encode it, as base64 for example"
                );
            }

            if (Rune.IsControl(rune))
            {
                throw new VaultRefusedException(
                    "a value is one line of text, and this has a control character in it",
                    "encode it, as base64 for example"
                );
            }

            value = value[read..];
        }
    }

    /// <summary>The same version with its value sealed under another key.</summary>
    /// <exception cref="InvalidDataException">When it isn't what was sealed for that path and version.</exception>
    public static VaultVersion Reseal(KeyBytes before, KeyBytes after, byte[] vault, string path, VaultVersion version)
    {
        using var padded = Unseal(before, vault, path, version);
        var box = SealedBox.Seal(after.Span, LabelOf(vault, path, version), BoundOf(vault, path, version), padded.Span);
        return version with { Box = [.. box], Digest = [.. SHA256.HashData(box)] };
    }

    public static byte[] Seal(KeyBytes inner, byte[] vault, string path, VaultVersion version, ReadOnlySpan<byte> value)
    {
        Check(value);
        using var padded = new KeyBytes((sizeof(int) + value.Length + Block - 1) / Block * Block);
        BinaryPrimitives.WriteInt32LittleEndian(padded.Span, value.Length);
        value.CopyTo(padded.Span[sizeof(int)..]);
        return SealedBox.Seal(inner.Span, LabelOf(vault, path, version), BoundOf(vault, path, version), padded.Span);
    }

    /// <summary>The value, as the text that it is.</summary>
    /// <exception cref="InvalidDataException">When it isn't what was sealed for that path and version.</exception>
    public static Secret Open(KeyBytes inner, byte[] vault, string path, VaultVersion version)
    {
        using var padded = Unseal(inner, vault, path, version);
        var value = padded.Span.Slice(sizeof(int), BinaryPrimitives.ReadInt32LittleEndian(padded.Span));
        var text = GC.AllocateUninitializedArray<char>(value.Length, pinned: true);
        try
        {
            // An encoding's exception would tell bytes of the value.
            return
                Utf8.ToUtf16(value, text, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done
                ? new Secret(text.AsSpan(0, length))
                : throw new InvalidDataException($"`{path}` isn't text");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(text.AsSpan()));
        }
    }

    private static KeyBytes Unseal(KeyBytes inner, byte[] vault, string path, VaultVersion version)
    {
        var padded = new KeyBytes(Math.Max(0, version.Box.Length - SealedBox.Overhead));
        if (
            SealedBox.TryOpen(
                inner.Span,
                LabelOf(vault, path, version),
                BoundOf(vault, path, version),
                version.Box.AsSpan(),
                padded.Span
            )
        )
        {
            return padded;
        }

        padded.Dispose();
        throw new InvalidDataException($"`{path}` isn't what was sealed");
    }

    private static byte[] LabelOf(byte[] vault, string path, VaultVersion version) =>
        new FieldWriter()
            .Raw("bartizan/vault/value/1"u8)
            .Raw(vault)
            .Text(path)
            .Whole((uint)version.Number)
            .Written.ToArray();

    private static byte[] BoundOf(byte[] vault, string path, VaultVersion version)
    {
        var to = new FieldWriter()
            .Byte(Algorithm)
            .Raw(vault)
            .Text(path)
            .Whole((uint)version.Number)
            .Time(version.Created);
        version.Terms.Write(to);
        return to.Written.ToArray();
    }
}
