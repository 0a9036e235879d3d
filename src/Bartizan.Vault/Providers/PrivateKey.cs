using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Bartizan.Vault.Providers;

/// <summary>
/// A private key that a client signs with, for as long as one signature takes: PEM, or, since a value of the vault is one line, the base64
/// of the PEM or of its DER. RSA signs RS256, P-256 signs ES256 (RFC 7518).
/// </summary>
internal static class PrivateKey
{
    /// <summary>The smallest RSA key that still counts.</summary>
    private const int LeastRsaBits = 2048;

    private const int EcBits = 256;

    /// <summary>A token of these claims (RFC 7519), signed; who gets it disposes it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="keyId">Its <c>kid</c>; null for none.</param>
    /// <param name="rsaAlone">True where nothing but RS256 is taken.</param>
    /// <param name="claims">Writes them.</param>
    /// <exception cref="ProviderException">It is no such key.</exception>
    public static Secret Sign(Secret key, string? keyId, bool rsaAlone, Action<Utf8JsonWriter> claims)
    {
        Secret? token = null;
        key.Use(text =>
        {
            var pem = PemOf(text.Span);
            try
            {
                token = SignBy(pem, keyId, rsaAlone, claims);
            }
            finally
            {
                Wipe(pem);
            }
        });
        return token!;
    }

    private static Secret SignBy(char[] pem, string? keyId, bool rsaAlone, Action<Utf8JsonWriter> claims)
    {
        using var rsa = Read(RSA.Create(), pem);
        using var ec = rsa is null && !rsaAlone ? Read(ECDsa.Create(), pem) : null;
        if (rsa is null && ec is null)
        {
            throw No(rsaAlone ? "is no RSA key" : "is neither an RSA key nor one of P-256");
        }

        if (rsa?.KeySize < LeastRsaBits || ec is { KeySize: not EcBits })
        {
            throw No(rsa is null ? "is of another curve than P-256" : $"has fewer than {LeastRsaBits} bits");
        }

        var head = Part(body =>
        {
            body.WriteString("alg", rsa is null ? "ES256" : "RS256");
            body.WriteString("typ", "JWT");
            if (keyId is not null)
            {
                body.WriteString("kid", keyId);
            }
        });
        var signed = $"{head}.{Part(claims)}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = rsa is null
            ? ec!.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)
            : rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new Secret($"{signed}.{Base64Url.EncodeToString(signature)}");
    }

    private static string Part(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Base64Url.EncodeToString(stream.ToArray());
    }

    private static T? Read<T>(T key, char[] pem)
        where T : AsymmetricAlgorithm
    {
        try
        {
            key.ImportFromPem(pem);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // Its message could repeat what was read.
            key.Dispose();
            return null;
        }
    }

    // PEM as it is; or the base64 of it; or the base64 of what stands in it.
    private static char[] PemOf(ReadOnlySpan<char> text)
    {
        if (text.StartsWith("-----", StringComparison.Ordinal))
        {
            return text.ToArray();
        }

        var bytes = new byte[text.Length];
        try
        {
            if (!Convert.TryFromBase64Chars(text, bytes, out var length))
            {
                throw No(
                    "is no PEM, and no base64 of one: write it with `base64 -w0 key.pem | bartizan vault set PATH`"
                );
            }

            var inner = bytes.AsSpan(0, length);
            return inner.StartsWith("-----"u8) ? Encoding.ASCII.GetChars(bytes, 0, length)
                : IsRsa(inner) ? PemEncoding.Write("RSA PRIVATE KEY", inner)
                : PemEncoding.Write("PRIVATE KEY", inner);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static bool IsRsa(ReadOnlySpan<byte> der)
    {
        using var rsa = RSA.Create();
        try
        {
            rsa.ImportRSAPrivateKey(der, out _);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static void Wipe(char[] text) =>
        CryptographicOperations.ZeroMemory(System.Runtime.InteropServices.MemoryMarshal.AsBytes(text.AsSpan()));

    private static ProviderException No(string what) =>
        new(ProviderFault.Refused, $"what it is signed in to with {what}");
}
