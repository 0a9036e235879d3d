using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace Bartizan.Core.Identity;

/// <summary>A public key that signatures are verified by (RFC 7517, 4). What is no such key is never made one.</summary>
internal sealed class JsonWebKey
{
    /// <summary>Bits of an RSA key; more cost each verification more than they add.</summary>
    public const int MaxRsaBits = 8192;

    /// <summary>Characters of a key's name.</summary>
    public const int MaxIdChars = 256;

    private const int MinRsaBits = 2048;
    private const int CoordinateBytes = 32;

    // FIPS 186-5, 5.4: 2^16 < e. What is below makes forging cheap where anything is lenient; 1 makes every text a signature.
    private const int MinExponent = 1 << 16;
    private const int MaxExponentBytes = 4;

    // RFC 7518, 6.2.2 and 6.3.2: a provider that publishes one of these lets everybody sign.
    private static readonly ImmutableArray<string> s_private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    private readonly RSAParameters? _rsa;
    private readonly ECParameters? _curve;
    private readonly string? _algorithm;

    private JsonWebKey(string? id, string? algorithm, RSAParameters? rsa, ECParameters? curve) =>
        (Id, _algorithm, _rsa, _curve) = (id, algorithm, rsa, curve);

    /// <summary>Its name; null when it has none.</summary>
    public string? Id { get; }

    /// <summary>Reads one; null for what isn't to verify signatures with: symmetric, private, weak, for something else.</summary>
    public static JsonWebKey? Read(JsonElement key)
    {
        var (id, algorithm) = (StrictJson.Member(key, "kid"), StrictJson.Member(key, "alg"));
        if (
            key.ValueKind != JsonValueKind.Object
            || s_private.Any(name => key.TryGetProperty(name, out _))
            || !IsForVerifying(key)
            || (
                id.ValueKind != JsonValueKind.Undefined
                && StrictJson.TextOf(id) is not { Length: > 0 and <= MaxIdChars }
            )
            || (
                algorithm.ValueKind != JsonValueKind.Undefined
                && !SigningAlgorithm.IsKnown(StrictJson.TextOf(algorithm))
            )
        )
        {
            return null;
        }

        var (name, alg) = (StrictJson.TextOf(id), StrictJson.TextOf(algorithm));
        return StrictJson.TextOf(key, "kty") switch
        {
            "RSA" when RsaOf(key) is { } rsa => new JsonWebKey(name, alg, rsa, null),
            "EC" when CurveOf(key) is { } curve => new JsonWebKey(name, alg, null, curve),
            _ => null,
        };
    }

    /// <summary>True when signatures of an algorithm may be this key's: its type fits, and it isn't for another algorithm.</summary>
    public bool Fits(string algorithm) =>
        (_algorithm is null || _algorithm == algorithm)
        && (SigningAlgorithm.IsRsa(algorithm) ? _rsa is not null : _curve is not null);

    /// <summary>True when this key signed.</summary>
    public bool Verifies(string algorithm, ReadOnlySpan<byte> said, ReadOnlySpan<byte> signature)
    {
        try
        {
            if (!Fits(algorithm))
            {
                return false;
            }

            if (_rsa is { } parameters)
            {
                using var rsa = RSA.Create(parameters);
                return rsa.VerifyData(said, signature, HashAlgorithmName.SHA256, SigningAlgorithm.PaddingOf(algorithm));
            }

            // INVARIANT: r and s at full length and nothing else; as DER, one signature has many spellings.
            using var curve = ECDsa.Create(_curve!.Value);
            return signature.Length == 2 * CoordinateBytes
                && curve.VerifyData(
                    said,
                    signature,
                    HashAlgorithmName.SHA256,
                    DSASignatureFormat.IeeeP1363FixedFieldConcatenation
                );
        }
        catch (CryptographicException)
        {
            // A point that isn't on the curve, a modulus that is none.
            return false;
        }
    }

    private static bool IsForVerifying(JsonElement key)
    {
        var (use, operations) = (StrictJson.Member(key, "use"), StrictJson.Member(key, "key_ops"));
        return (use.ValueKind == JsonValueKind.Undefined || StrictJson.TextOf(use) == "sig")
            && (
                operations.ValueKind == JsonValueKind.Undefined
                || (
                    operations.ValueKind == JsonValueKind.Array
                    && operations.EnumerateArray().Any(one => StrictJson.TextOf(one) == "verify")
                )
            );
    }

    private static RSAParameters? RsaOf(JsonElement key)
    {
        var modulus = NumberOf(key, "n", MaxRsaBits / 8);
        var exponent = NumberOf(key, "e", MaxExponentBytes);
        if (modulus is null || exponent is null)
        {
            return null;
        }

        var bits = (modulus.Length * 8) - (7 - int.Log2(modulus[0]));
        var e = exponent.Aggregate(0L, (number, digit) => (number << 8) | digit);
        return bits >= MinRsaBits && (modulus[^1] & 1) == 1 && e > MinExponent && (e & 1) == 1
            ? new RSAParameters { Modulus = modulus, Exponent = exponent }
            : null;
    }

    private static ECParameters? CurveOf(JsonElement key)
    {
        var (x, y) = (BytesOf(key, "x"), BytesOf(key, "y"));
        return
            StrictJson.TextOf(key, "crv") == "P-256"
            && x is { Length: CoordinateBytes }
            && y is { Length: CoordinateBytes }
            ? new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = x, Y = y },
            }
            : null;
    }

    // Some write a sign's zero in front (RFC 7518, 2, forbids it): it changes nothing.
    private static byte[]? NumberOf(JsonElement key, string name, int mostBytes)
    {
        var trimmed = BytesOf(key, name)?.AsSpan().TrimStart((byte)0).ToArray();
        return trimmed is { Length: > 0 } && trimmed.Length <= mostBytes ? trimmed : null;
    }

    private static byte[]? BytesOf(JsonElement key, string name) =>
        StrictJson.TextOf(key, name) is { } text ? StrictBase64Url.Decode(text) : null;
}
