using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Vault.Tests.Providers.Clouds;

/// <summary>Tokens as a cloud reads them: by the published keys of whoever signed, and the specifications.</summary>
internal static class OwnVerifier
{
    /// <summary>What a token says that one of these keys signed (ES256, RFC 7518); null for any other.</summary>
    public static JsonObject? Verified(string keys, string token)
    {
        var parts = token.Split('.');
        if (parts.Length != 3)
        {
            return null;
        }

        var head = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        var key = JsonNode.Parse(keys)!["keys"]!
            .AsArray()
            .SingleOrDefault(one => (string?)one!["kid"] == (string?)head["kid"]);
        if (key is null || (string?)head["alg"] != "ES256")
        {
            return null;
        }

        using var verifier = ECDsa.Create(
            new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint
                {
                    X = Base64Url.DecodeFromChars((string)key["x"]!),
                    Y = Base64Url.DecodeFromChars((string)key["y"]!),
                },
            }
        );
        return verifier.VerifyData(Said(parts), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256)
            ? Claims(parts)
            : null;
    }

    /// <summary>What a token says that the owner of this key signed (RS256); null for any other.</summary>
    public static JsonObject? Verified(RSA key, string token)
    {
        var parts = token.Split('.');
        return
            parts.Length == 3
            && (string?)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["alg"] == "RS256"
            && key.VerifyData(
                Said(parts),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            )
            ? Claims(parts)
            : null;
    }

    private static byte[] Said(string[] parts) => Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");

    private static JsonObject Claims(string[] parts) => JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
}
