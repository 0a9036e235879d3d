using System.Security.Cryptography;
using System.Text;

namespace Bartizan.Gateway.Databases;

/// <summary>The two proofs of SCRAM-SHA-256 (RFC 5802 section 3, RFC 7677), of the salted password.</summary>
internal static class ScramProof
{
    /// <summary>The client's, in base64.</summary>
    public static string OfClient(ReadOnlySpan<byte> salted, string exchange)
    {
        var client = HMACSHA256.HashData(salted, "Client Key"u8);
        var signature = HMACSHA256.HashData(SHA256.HashData(client), Encoding.UTF8.GetBytes(exchange));
        for (var i = 0; i < client.Length; i++)
        {
            signature[i] ^= client[i];
        }

        CryptographicOperations.ZeroMemory(client);
        return Convert.ToBase64String(signature);
    }

    /// <summary>The server's, in base64.</summary>
    public static string OfServer(ReadOnlySpan<byte> salted, string exchange) =>
        Convert.ToBase64String(
            HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), Encoding.UTF8.GetBytes(exchange))
        );
}
