using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Vault.Identity;

/// <summary>A key that signs agents' tokens: ECDSA on P-256 with SHA-256 (ES256 of RFC 7518), named by its thumbprint (RFC 7638).</summary>
internal sealed class IdentityKey : IDisposable
{
    private const int CoordinateBytes = 32;

    private readonly ECDsa _key;

    private IdentityKey(ECDsa key, DateTimeOffset made)
    {
        (_key, Made) = (key, made);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        (X, Y) = (Text(point.X!), Text(point.Y!));
        Id = ThumbprintOf(X, Y);
    }

    /// <summary>Its name in tokens and key sets.</summary>
    public string Id { get; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset Made { get; }

    private string X { get; }

    private string Y { get; }

    /// <summary>The thumbprint of a public key on P-256 (RFC 7638).</summary>
    /// <param name="x">Its first coordinate, 32 bytes in Base64url.</param>
    /// <param name="y">Its second.</param>
    public static string ThumbprintOf(string x, string y)
    {
        // RFC 7638, 3.2: the required members, in this order, without spaces.
        var members = $$"""{"crv":"P-256","kty":"EC","x":"{{x}}","y":"{{y}}"}""";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(members)));
    }

    /// <summary>Makes one.</summary>
    public static IdentityKey Make(DateTimeOffset now) => new(ECDsa.Create(ECCurve.NamedCurves.nistP256), now);

    /// <summary>Reads what <see cref="ToKept"/> wrote.</summary>
    /// <exception cref="CryptographicException">It is something else.</exception>
    public static IdentityKey Read(JsonNode kept)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(Convert.FromBase64String(kept["pkcs8"]!.GetValue<string>()), out _);
            return key.KeySize == CoordinateBytes * 8
                ? new IdentityKey(key, DateTimeOffset.FromUnixTimeSeconds(kept["made"]!.GetValue<long>()))
                : throw new CryptographicException("it holds a key on another curve");
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>The key whole, for the one file that it is kept in.</summary>
    public JsonObject ToKept()
    {
        var bytes = _key.ExportPkcs8PrivateKey();
        try
        {
            return new JsonObject { ["made"] = Made.ToUnixTimeSeconds(), ["pkcs8"] = Convert.ToBase64String(bytes) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>What others verify by (RFC 7517); never the private part.</summary>
    public JsonObject ToPublic() =>
        new()
        {
            ["kty"] = "EC",
            ["crv"] = "P-256",
            ["x"] = X,
            ["y"] = Y,
            ["kid"] = Id,
            ["alg"] = "ES256",
            ["use"] = "sig",
        };

    /// <summary>Signs, as two numbers of 32 bytes (RFC 7518, 3.4).</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes) =>
        _key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    /// <summary>True when it signed this.</summary>
    public bool Verifies(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature) =>
        _key.VerifyData(
            bytes,
            signature,
            HashAlgorithmName.SHA256,
            DSASignatureFormat.IeeeP1363FixedFieldConcatenation
        );

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();

    // A number is as long as the curve's field, leading zeros and all (RFC 7518, 6.2.1.2).
    private static string Text(byte[] coordinate)
    {
        Span<byte> whole = stackalloc byte[CoordinateBytes];
        whole.Clear();
        coordinate.CopyTo(whole[(CoordinateBytes - coordinate.Length)..]);
        return Base64Url.EncodeToString(whole);
    }
}
