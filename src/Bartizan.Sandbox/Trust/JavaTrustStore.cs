using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Sandbox.Trust;

/// <summary>
/// Certificates in the form that every Java runtime reads as a truststore, JKS (version 2): it holds certificates alone, in the clear.
/// Its end is a SHA-1 under a password, which Java compares only for whoever names one; here there is none, and it is left empty.
/// <code>
/// FEEDFEED · version · count · { 2 · alias · milliseconds · "X.509" · length · DER } … · 20 bytes
/// </code>
/// </summary>
internal static class JavaTrustStore
{
    private const uint Magic = 0xFEEDFEED;

    private const int Version = 2;

    private const int TrustedCertificate = 2;

    private const int DigestBytes = 20;

    /// <summary>The store of a bundle's certificates; what is no certificate in it is left out.</summary>
    public static byte[] Of(ReadOnlySpan<byte> bundle)
    {
        var certificates = CertificatesOf(Encoding.Latin1.GetString(bundle));
        using var store = new MemoryStream();
        Write(store, unchecked((int)Magic));
        Write(store, Version);
        Write(store, certificates.Count);
        for (var i = 0; i < certificates.Count; i++)
        {
            Write(store, TrustedCertificate);
            Write(store, $"ca-{i}");
            // The time of its making: a store that is made again is the same.
            Write(store, 0);
            Write(store, 0);
            Write(store, "X.509");
            Write(store, certificates[i].Length);
            store.Write(certificates[i]);
        }

        store.Write(new byte[DigestBytes]);
        return store.ToArray();
    }

    private static List<byte[]> CertificatesOf(string text)
    {
        var found = new List<byte[]>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            if (rest[fields.Label].SequenceEqual("CERTIFICATE"))
            {
                found.Add(Convert.FromBase64String(rest[fields.Base64Data].ToString()));
            }

            rest = rest[fields.Location.End..];
        }

        return found;
    }

    private static void Write(MemoryStream store, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        store.Write(bytes);
    }

    private static void Write(MemoryStream store, string text)
    {
        Span<byte> length = stackalloc byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)text.Length);
        store.Write(length);
        store.Write(Encoding.ASCII.GetBytes(text));
    }
}
