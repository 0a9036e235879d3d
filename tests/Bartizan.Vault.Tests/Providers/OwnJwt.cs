using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Bartizan.Vault.Tests.Providers;

/// <summary>Reads a signed token as a server does.</summary>
internal static class OwnJwt
{
    /// <summary>The claims; null when the key didn't sign them by RS256.</summary>
    public static JsonNode? Read(string token, RSA key)
    {
        var parts = token.Split('.');
        return
            parts.Length == 3
            && (string?)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["alg"] == "RS256"
            && key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"),
                Base64Url.DecodeFromChars(parts[2]),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1
            )
            ? JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))
            : null;
    }
}
