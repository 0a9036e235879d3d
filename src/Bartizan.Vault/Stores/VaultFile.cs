using System.Security.Cryptography;
using Bartizan.Core.Enforcement;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>
/// A vault's file: 16 bytes that say what it is, the vault's id, the lock; then the sealed manifest, bound to all of that; then the
/// sealed values, each named by the manifest with its digest. No byte of it can change unseen by who has the key.
/// </summary>
/// <param name="Id">The vault's id.</param>
/// <param name="Lock">Its lock.</param>
/// <param name="Manifest">The sealed manifest.</param>
/// <param name="Boxes">The sealed values.</param>
/// <param name="Digest">The digest of the whole file.</param>
internal sealed record VaultFile(byte[] Id, VaultLock Lock, byte[] Manifest, byte[] Boxes, Digest Digest)
{
    public const int IdBytes = 16;

    /// <summary>A vault of a thousand credentials of 4 KiB with their versions before is far below.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private static readonly byte[] Magic = "bartizan vault 1"u8.ToArray();
    private static readonly byte[] ManifestLabel = "bartizan/vault/manifest/1"u8.ToArray();

    public static byte[] Encode(byte[] id, VaultLock front, VaultState state, KeyBytes inner)
    {
        var to = new FieldWriter();
        WriteHead(to, id, front);
        var plain = state.Encode();
        var manifest = SealedBox.Seal(inner.Span, ManifestLabel, to.Written, plain);
        CryptographicOperations.ZeroMemory(plain);
        to.Bytes(manifest);
        foreach (var version in state.Boxes)
        {
            to.Raw(version.Box.AsSpan());
        }

        return to.Written.ToArray();
    }

    /// <exception cref="InvalidDataException">When it is no such file.</exception>
    public static VaultFile Parse(ReadOnlySpan<byte> bytes)
    {
        var from = new FieldReader(bytes);
        if (!from.Raw(Magic.Length).SequenceEqual(Magic))
        {
            throw new InvalidDataException("it doesn't begin like one");
        }

        var id = from.Raw(IdBytes).ToArray();
        var front = VaultLock.Read(ref from);
        var manifest = from.Bytes().ToArray();
        return new VaultFile(id, front, manifest, from.Raw(from.Left).ToArray(), Digest.Of(bytes));
    }

    /// <summary>The digest of the vault's id and its lock.</summary>
    public Digest Front
    {
        get
        {
            var head = new FieldWriter();
            WriteHead(head, Id, Lock);
            return Digest.Of(head.Written);
        }
    }

    /// <summary>Opens it with the vault's own key.</summary>
    /// <exception cref="InvalidDataException">When it isn't what was written.</exception>
    public VaultState Open(KeyBytes inner)
    {
        var head = new FieldWriter();
        WriteHead(head, Id, Lock);
        var plain = new byte[Math.Max(0, Manifest.Length - SealedBox.Overhead)];
        return SealedBox.TryOpen(inner.Span, ManifestLabel, head.Written, Manifest, plain)
            ? VaultState.Decode(plain, Boxes)
            : throw new InvalidDataException("its manifest isn't what was written");
    }

    private static void WriteHead(FieldWriter to, byte[] id, VaultLock front)
    {
        to.Raw(Magic).Raw(id);
        front.Write(to);
    }
}
