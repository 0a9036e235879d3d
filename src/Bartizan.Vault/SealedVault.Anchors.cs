using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Bartizan.Vault.Keys;
using Bartizan.Vault.Providers;
using Bartizan.Vault.Sealing;

namespace Bartizan.Vault;

/// <summary>What it seals for the book of what providers issued, inside this room only: no version of a credential.</summary>
public sealed partial class SealedVault
{
    private static ReadOnlySpan<byte> AnchorLabel => "bartizan/vault/anchor/1"u8;

    /// <summary>Seals what something can be revoked by, for that one record; null while there is no open vault.</summary>
    internal string? SealAnchor(ProviderRecord record, Secret anchor)
    {
        lock (_lock)
        {
            if (_inner is not { } inner)
            {
                return null;
            }

            var box = "";
            anchor.Use(value =>
            {
                using var text = new KeyBytes(Encoding.UTF8.GetByteCount(value.Span));
                Encoding.UTF8.GetBytes(value.Span, text.Span);
                box = Convert.ToBase64String(SealedBox.Seal(inner.Span, AnchorLabel, BoundOf(record), text.Span));
            });
            return box;
        }
    }

    /// <summary>Opens it again; null while the vault is sealed, and for what was sealed under another key or for another record.</summary>
    internal Secret? OpenAnchor(ProviderRecord record)
    {
        lock (_lock)
        {
            var box = record.Anchor;
            var bytes = new byte[box.Length];
            if (
                _inner is not { } inner
                || !Convert.TryFromBase64String(box, bytes, out var length)
                || length < SealedBox.Overhead
            )
            {
                return null;
            }

            using var text = new KeyBytes(length - SealedBox.Overhead);
            if (!SealedBox.TryOpen(inner.Span, AnchorLabel, BoundOf(record), bytes.AsSpan(0, length), text.Span))
            {
                return null;
            }

            var letters = GC.AllocateUninitializedArray<char>(Encoding.UTF8.GetCharCount(text.Span), pinned: true);
            Encoding.UTF8.GetChars(text.Span, letters);
            var secret = new Secret(letters);
            CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(letters.AsSpan()));
            return secret;
        }
    }

    // INVARIANT: all of a record but the box itself: who changes where something is revoked has nothing that opens.
    private byte[] BoundOf(ProviderRecord record)
    {
        var to = new FieldWriter()
            .Raw(_file!.Id)
            .Text(record.Id)
            .Text(record.Session)
            .Text(record.Agent)
            .Text(record.Provider)
            .Text(record.Kind.ToString())
            .Text(record.Url)
            .Text(record.Auth.ToString())
            .Text(record.Role)
            .Text(record.Mount)
            .Text(record.Credential)
            .Text(record.Origin.ToString())
            .Text(record.Locator)
            .Text(record.Folder)
            .Time(record.Until);
        foreach (var one in new[] { record.Issued, record.Namespace, record.CertificateAuthority })
        {
            to.Byte(one is null ? (byte)0 : (byte)1).Text(one ?? "");
        }

        var settings = record.Settings ?? ImmutableSortedDictionary<string, string>.Empty;
        foreach (var (key, value) in settings.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            to.Text(key).Text(value);
        }

        return to.Written.ToArray();
    }
}
