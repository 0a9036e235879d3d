using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Vault.Tests.Providers.Clouds;

namespace Bartizan.Vault.Tests.Providers.Gcp;

/// <summary>
/// A server that speaks Google's wire as its documentation has it: OAuth by a service account's assertion, the exchange of tokens of a
/// workload identity pool, <c>generateAccessToken</c>, and Secret Manager. It verifies assertions and tokens by their signers' keys.
/// </summary>
internal sealed class OwnGcp : IAsyncDisposable
{
    public const string Account = "reader@shop.iam.gserviceaccount.com";

    public const string Pool = "projects/4711/locations/global/workloadIdentityPools/agents/providers/bartizan";

    public const string IamScope = "https://www.googleapis.com/auth/iam";

    public const string CloudScope = "https://www.googleapis.com/auth/cloud-platform";

    private readonly RSA _key = RSA.Create(2048);
    private readonly ConcurrentDictionary<string, (string Scopes, DateTimeOffset Until)> _tokens = new();

    public OwnServer Server { get; private set; } = null!;

    public Uri Url => Server.Url;

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The keys that an issuer of identities publishes; null where none is trusted.</summary>
    public Func<string>? Issuer { get; set; }

    public string Audience { get; set; } = "gcp";

    /// <summary>The tokens of the account that were made, with their scopes.</summary>
    public ConcurrentQueue<(string Token, string Scopes)> Made { get; } = new();

    public TimeSpan Longer { get; set; }

    public string Kept { get; set; } = """{"password":"kept-password-of-google"}""";

    /// <summary>Adds to the checksum of what is kept.</summary>
    public uint Off { get; set; }

    /// <summary>A key file, as Google gives it out; where it says that tokens are had is another server's.</summary>
    public string KeyFile =>
        new JsonObject
        {
            ["type"] = "service_account",
            ["project_id"] = "shop",
            ["private_key_id"] = "k1",
            ["private_key"] = _key.ExportPkcs8PrivateKeyPem(),
            ["client_email"] = "daemon@shop.iam.gserviceaccount.com",
            ["token_uri"] = "http://127.0.0.1:1/token",
        }.ToJsonString();

    public static async Task<OwnGcp> StartAsync()
    {
        var cloud = new OwnGcp();
        cloud.Server = await OwnServer.StartAsync(cloud.Answer);
        return cloud;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _key.Dispose();
    }

    /// <summary>Castagnoli's checksum, bit by bit (RFC 3720).</summary>
    public static uint Checksum(byte[] bytes)
    {
        var sum = 0xFFFFFFFFu;
        foreach (var one in bytes)
        {
            sum ^= one;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum & 1) == 1 ? (sum >> 1) ^ 0x82F63B78u : sum >> 1;
            }
        }

        return ~sum;
    }

    public static OwnAnswer No(int status, string name, string words) =>
        OwnAnswer.Of(
            new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["code"] = status,
                    ["message"] = words,
                    ["status"] = name,
                },
            },
            status
        );

    private OwnAnswer Answer(OwnAsk ask) =>
        (ask.Method, ask.Path) switch
        {
            ("POST", "/token") => Assertion(ask.Form),
            ("POST", "/v1/token") => Exchange(ask.Form),
            ("POST", $"/v1/projects/-/serviceAccounts/{Account}:generateAccessToken") => Make(ask),
            ("GET", "/v1/projects/shop/secrets/database/versions/latest:access") => Value(ask, "5"),
            ("GET", "/v1/projects/shop/secrets/database/versions/3:access") => Value(ask, "3"),
            _ => No(404, "NOT_FOUND", $"there is no {ask.Path}"),
        };

    private OwnAnswer Assertion(Dictionary<string, string> form)
    {
        var now = Clock.GetUtcNow().ToUnixTimeSeconds();
        return
            form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            && OwnVerifier.Verified(_key, form["assertion"]) is { } claims
            && (string?)claims["iss"] == "daemon@shop.iam.gserviceaccount.com"
            && (string?)claims["aud"] == $"{Url.AbsoluteUri}token"
            && (long)claims["iat"]! <= now + 60
            && (long)claims["exp"]! > now
            && (long)claims["exp"]! - (long)claims["iat"]! <= 3600
            ? Token((string)claims["scope"]!, null)
            : Error("invalid_grant", $"Invalid JWT Signature: {form["assertion"]}");
    }

    private OwnAnswer Exchange(Dictionary<string, string> form) =>
        form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange"
        && form["audience"] == $"//iam.googleapis.com/{Pool}"
        && form["subject_token_type"] == "urn:ietf:params:oauth:token-type:jwt"
        && Issuer is not null
        && OwnVerifier.Verified(Issuer(), form["subject_token"]) is { } claims
        && (string?)claims["aud"] == Audience
        && DateTimeOffset.FromUnixTimeSeconds((long)claims["exp"]!) > Clock.GetUtcNow()
            ? Token(form["scope"], "urn:ietf:params:oauth:token-type:access_token")
            : Error("invalid_grant", $"The token {form["subject_token"]} doesn't count.");

    private OwnAnswer Token(string scopes, string? type)
    {
        var answer = new JsonObject
        {
            ["access_token"] = Drawn(scopes, TimeSpan.FromHours(1)),
            ["expires_in"] = 3599,
            ["token_type"] = "Bearer",
        };
        if (type is not null)
        {
            answer["issued_token_type"] = type;
        }

        return OwnAnswer.Of(answer);
    }

    private OwnAnswer Make(OwnAsk ask)
    {
        if (!Counts(ask, IamScope))
        {
            return No(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.");
        }

        var seconds = int.Parse(((string)ask.Json!["lifetime"]!).TrimEnd('s'), CultureInfo.InvariantCulture);
        if (seconds is <= 0 or > 3600)
        {
            return No(400, "INVALID_ARGUMENT", "Lifetime is too long.");
        }

        var scopes = string.Join(' ', ask.Json["scope"]!.AsArray().Select(one => (string)one!));
        var life = TimeSpan.FromSeconds(seconds) + Longer;
        var token = Drawn(scopes, life);
        Made.Enqueue((token, scopes));
        return OwnAnswer.Of(
            new JsonObject
            {
                ["accessToken"] = token,
                ["expireTime"] = $"{(Clock.GetUtcNow() + life).UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}",
            }
        );
    }

    private OwnAnswer Value(OwnAsk ask, string version)
    {
        if (!Counts(ask, CloudScope))
        {
            return No(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.");
        }

        var bytes = Encoding.UTF8.GetBytes(Kept);
        return OwnAnswer.Of(
            new JsonObject
            {
                ["name"] = $"projects/4711/secrets/database/versions/{version}",
                ["payload"] = new JsonObject
                {
                    ["data"] = Convert.ToBase64String(bytes),
                    ["dataCrc32c"] = (Checksum(bytes) + Off).ToString(CultureInfo.InvariantCulture),
                },
            }
        );
    }

    private bool Counts(OwnAsk ask, string scope) =>
        _tokens.TryGetValue(ask.Bearer, out var token)
        && token.Scopes.Split(' ').Contains(scope)
        && token.Until > Clock.GetUtcNow();

    private string Drawn(string scopes, TimeSpan life)
    {
        var token = $"ya29.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24))}";
        _tokens[token] = (scopes, Clock.GetUtcNow() + life);
        return token;
    }

    private static OwnAnswer Error(string code, string words) =>
        OwnAnswer.Of(new JsonObject { ["error"] = code, ["error_description"] = words }, 400);
}
