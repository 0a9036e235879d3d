using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Vault.Identity;

/// <summary>
/// What a client sends to show that it holds a key (RFC 9449, 4.2): a JSON web token of the type <c>dpop+jwt</c> with the public key in its
/// head, for one method and address and now. Nothing of it chooses how it is verified: ES256 on P-256, or nothing.
/// </summary>
/// <param name="Key">The thumbprint of the key (RFC 7638), as <c>cnf: { jkt }</c> of a token that is bound to it says it.</param>
/// <param name="Id">Its <c>jti</c>.</param>
/// <param name="TokenHash">The <c>ath</c>: of which token it is; null when it doesn't say.</param>
public sealed record DpopProof(string Key, string Id, string? TokenHash)
{
    /// <summary>Characters of a proof; one is of some 400.</summary>
    public const int MaxChars = 4096;

    /// <summary>Characters of its <c>jti</c>, which is remembered.</summary>
    public const int MaxIdChars = 128;

    private const int CoordinateBytes = 32;

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 8 };

    // RFC 7518, 6.2.2, 6.3.2 and 6.4.1.
    private static readonly string[] s_private = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

    /// <summary>Reads and verifies one; null for every other text, and why.</summary>
    /// <param name="text">What stands in the header <c>DPoP</c>.</param>
    /// <param name="method">The method of the request that it came with.</param>
    /// <param name="address">Where that went, without its query.</param>
    /// <param name="from">The earliest that it may have been made.</param>
    /// <param name="to">The latest.</param>
    /// <param name="problem">What is wrong.</param>
    public static DpopProof? Read(
        string text,
        string method,
        Uri address,
        DateTimeOffset from,
        DateTimeOffset to,
        out string problem
    )
    {
        ArgumentNullException.ThrowIfNull(text);
        problem = "the proof is no token of three parts";
        var parts = text.Length <= MaxChars ? text.Split('.') : [];
        if (parts.Length != 3)
        {
            return null;
        }

        try
        {
            var header = Parse(parts[0]);
            problem = "the proof's head isn't of the type `dpop+jwt`, ES256, without extensions";
            if (TextOf(header, "typ") != "dpop+jwt" || TextOf(header, "alg") != "ES256" || header.ContainsKey("crit"))
            {
                return null;
            }

            problem = "the proof's key isn't a public one on P-256";
            using var key = KeyOf(header["jwk"], out var thumbprint);
            if (key is null)
            {
                return null;
            }

            problem = "the proof isn't signed by the key in it";
            var verifies = key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation
            );
            return verifies ? Judge(Parse(parts[1]), thumbprint, method, address, from, to, out problem) : null;
        }
        catch (Exception e)
            when (e is JsonException or FormatException or InvalidOperationException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>What <c>ath</c> says of a token (RFC 9449, 4.2).</summary>
    public static string HashOf(string token) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(token)));

    private static DpopProof? Judge(
        JsonObject claims,
        string thumbprint,
        string method,
        Uri address,
        DateTimeOffset from,
        DateTimeOffset to,
        out string problem
    )
    {
        problem = "the proof is for another method or address";
        if (TextOf(claims, "htm") != method || !IsAt(TextOf(claims, "htu"), address))
        {
            return null;
        }

        problem = "the proof doesn't say when it was made, or not now";
        var made = claims["iat"] is JsonValue iat && iat.TryGetValue(out double seconds) ? seconds : double.NaN;
        if (!(made >= Math.Floor(from.ToUnixTimeMilliseconds() / 1000.0) && made <= to.ToUnixTimeSeconds()))
        {
            return null;
        }

        problem = $"the proof has no `jti` of at most {MaxIdChars} characters";
        return TextOf(claims, "jti") is { Length: > 0 and <= MaxIdChars } id
            ? new DpopProof(thumbprint, id, claims.ContainsKey("ath") ? TextOf(claims, "ath") ?? "" : null)
            : null;
    }

    // RFC 9449, 4.3: compared after what RFC 3986, 6.2.2 and 6.2.3, makes of both.
    private static bool IsAt(string? said, Uri address) =>
        Uri.TryCreate(said, UriKind.Absolute, out var url)
        && url.Scheme == address.Scheme
        && url.IdnHost.Equals(address.IdnHost, StringComparison.OrdinalIgnoreCase)
        && url.Port == address.Port
        && url.AbsolutePath == address.AbsolutePath
        && url.UserInfo.Length + url.Query.Length + url.Fragment.Length == 0;

    private static ECDsa? KeyOf(JsonNode? node, out string thumbprint)
    {
        thumbprint = "";
        if (
            node is not JsonObject jwk
            || s_private.Any(jwk.ContainsKey)
            || TextOf(jwk, "kty") != "EC"
            || TextOf(jwk, "crv") != "P-256"
            || CoordinateOf(jwk, "x") is not { } x
            || CoordinateOf(jwk, "y") is not { } y
        )
        {
            return null;
        }

        thumbprint = IdentityKey.ThumbprintOf(Base64Url.EncodeToString(x), Base64Url.EncodeToString(y));

        // A point that isn't on the curve is no key: it throws.
        return ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = x, Y = y },
            }
        );
    }

    private static byte[]? CoordinateOf(JsonObject jwk, string name) =>
        TextOf(jwk, name) is { } text && Base64Url.DecodeFromChars(text) is { Length: CoordinateBytes } bytes
            ? bytes
            : null;

    private static string? TextOf(JsonObject json, string name) =>
        json[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static JsonObject Parse(string part) =>
        JsonNode.Parse(Base64Url.DecodeFromChars(part), documentOptions: s_strict)!.AsObject();
}
