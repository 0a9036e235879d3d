using System.Security.Cryptography;
using Bartizan.Core.Enforcement;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault.Stores;

/// <summary>
/// A vault's file: 16 bytes that say what it is, the vault's id, the lock; then the sealed manifest, bound to all of that; then the
/// sealed values, each named by the manifest with its digest. No byte of it can change unseen by who has the key.
/// </summary>
internal sealed class VaultFile
{
    public const int IdBytes = 16;

    /// <summary>A vault of ten thousand keys of 100 bytes, each with a version before, takes 6 MiB.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private readonly byte[] _bytes;
    private Digest _digest;

    private VaultFile(byte[] bytes, byte[] id, VaultLock front) => (_bytes, Id, Lock) = (bytes, id, front);

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

    /// <summary>The vault's id.</summary>
    public byte[] Id { get; }

    /// <summary>Its lock.</summary>
    public VaultLock Lock { get; }

    /// <summary>The sealed manifest.</summary>
    public ReadOnlyMemory<byte> Manifest { get; private init; }

    /// <summary>The sealed values.</summary>
    public ReadOnlyMemory<byte> Boxes { get; private init; }

    /// <summary>The digest of the whole file; most of what an opening costs, so it is made once, when it is asked for.</summary>
    public Digest Digest => _digest == default ? _digest = Digest.Of(_bytes) : _digest;

    /// <summary>True when these are its bytes.</summary>
    public bool Is(ReadOnlySpan<byte> bytes) => bytes.SequenceEqual(_bytes);

    /// <summary>Reads a file's front; the bytes are kept, and nobody changes them.</summary>
    /// <exception cref="InvalidDataException">When it is no such file.</exception>
    public static VaultFile Parse(byte[] bytes)
    {
        var from = new FieldReader(bytes);
        if (!from.Raw(Magic.Length).SequenceEqual(Magic))
        {
            throw new InvalidDataException("it doesn't begin like one");
        }

        var id = from.Raw(IdBytes).ToArray();
        var front = VaultLock.Read(ref from);
        var length = from.Bytes().Length;
        return new VaultFile(bytes, id, front)
        {
            Manifest = bytes.AsMemory(bytes.Length - from.Left - length, length),
            Boxes = bytes.AsMemory(bytes.Length - from.Left),
        };
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
        var plain = GC.AllocateUninitializedArray<byte>(Math.Max(0, Manifest.Length - SealedBox.Overhead));
        return SealedBox.TryOpen(inner.Span, ManifestLabel, head.Written, Manifest.Span, plain)
            ? VaultState.Decode(plain, Boxes)
            : throw new InvalidDataException("its manifest isn't what was written");
    }

    private static void WriteHead(FieldWriter to, byte[] id, VaultLock front)
    {
        to.Raw(Magic).Raw(id);
        front.Write(to);
    }
}
