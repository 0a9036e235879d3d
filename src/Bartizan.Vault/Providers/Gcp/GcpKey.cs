using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Bartizan.Vault.Providers.Gcp;

/// <summary>
/// A service account's key as Google gives it out: a file of JSON. Only who it is and what it signs with are taken from it; where to show
/// that, the manifest says.
/// </summary>
internal sealed class GcpKey : IDisposable
{
    private const int MinKeyBits = 2048;

    /// <summary>How long what it signs is good for: for one request.</summary>
    private static readonly TimeSpan s_life = TimeSpan.FromMinutes(5);

    private readonly RSA _key;
    private readonly string _account;
    private readonly string _id;

    private GcpKey(RSA key, string account, string id) => (_key, _account, _id) = (key, account, id);

    /// <summary>Reads one; null for anything else.</summary>
    public static GcpKey? Read(Secret own)
    {
        GcpKey? key = null;
        own.Use(text => key = Read(text));
        return key;
    }

    /// <summary>A JSON web token (RS256) by which the account asks for what it may have.</summary>
    public Secret Sign(string audience, string scope, DateTimeOffset now)
    {
        var header = new JsonObject
        {
            ["alg"] = "RS256",
            ["typ"] = "JWT",
            ["kid"] = _id,
        };
        var claims = new JsonObject
        {
            ["iss"] = _account,
            ["scope"] = scope,
            ["aud"] = audience,
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = (now + s_life).ToUnixTimeSeconds(),
        };
        var said = $"{Text(header)}.{Text(claims)}";
        var signature = _key.SignData(
            Encoding.ASCII.GetBytes(said),
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        );
        return new Secret($"{said}.{Base64Url.EncodeToString(signature)}");
    }

    public void Dispose() => _key.Dispose();

    private static GcpKey? Read(ReadOnlyMemory<char> text)
    {
        var key = RSA.Create();
        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var (account, id) = (Of("client_email"), Of("private_key_id"));
            key.ImportFromPem(Of("private_key"));
            if (Of("type") == "service_account" && account is not null && id is not null && key.KeySize >= MinKeyBits)
            {
                return new GcpKey(key, account, id);
            }

            string? Of(string name) => ProviderReply.TextOf(json.RootElement, name);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or CryptographicException)
        {
            // It is something else; what it says is shown to nobody.
        }

        key.Dispose();
        return null;
    }

    private static string Text(JsonObject json) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()));
}
